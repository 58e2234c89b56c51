import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { openPipeForReading } from './pipes.ts';

/** Takes the bytes of one named pipe as they come. */
export interface PipeReader {
  pause(): void;
  resume(): void;
  /** Stops for good; bytes not read yet stay in the pipe. */
  close(): void;
}

export interface PipeReaderOptions {
  readonly path: string;
  /** Keeps the pipe open itself, so that it can be read on after a restart; then there is no `onEnd`. Default false. */
  readonly holdsOpen?: boolean;
  /** The chunk is only valid during the call. False: read no more until `resume`. */
  readonly onChunk: (chunk: Uint8Array) => boolean;
  /** The last writer is gone and everything was read. The reader is closed. */
  readonly onEnd: () => void;
}

/** One for all readers: a buffer each would cost 45 MB with 500 services, and the callback is synchronous. */
const sharedBuffer: Uint8Array = new Uint8Array(64 * 1024);

/** Reads a named pipe through the event loop. Throws what `open` throws. */
export function openPipeReader({ path, holdsOpen = false, onChunk, onEnd }: PipeReaderOptions): PipeReader {
  const fd = openPipeForReading(path, { holdsOpen });
  let closed = false;
  let socket: Socket;
  try {
    socket = new Socket({
      fd,
      readable: true,
      writable: false,
      onread: {
        buffer: sharedBuffer,
        callback: (length) => closed || onChunk(sharedBuffer.subarray(0, length)),
      },
    });
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  const end = (): void => {
    if (closed) return;
    closed = true;
    socket.destroy();
    onEnd();
  };
  socket.on('end', end);
  socket.on('error', end);
  return {
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    close() {
      closed = true;
      socket.destroy();
    },
  };
}
