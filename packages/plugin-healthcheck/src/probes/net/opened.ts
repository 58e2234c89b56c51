import type net from 'node:net';
import type { ProbeIo } from '../definition.ts';
import { networkFailure } from './failure.ts';

/**
 * Waits until a connection can be used. It is destroyed when that fails, and when the probe is aborted at any later time.
 * `what` begins the failure: "cannot connect to 127.0.0.1:80".
 */
export async function opened<Socket extends net.Socket>(
  socket: Socket,
  { event, what }: { event: 'connect' | 'secureConnect'; what: string },
  io: ProbeIo,
): Promise<Socket> {
  io.signal.addEventListener('abort', () => socket.destroy(), { once: true });
  try {
    await new Promise((resolve, reject) => {
      // The listener stays: an error after the connection must not be an uncaught one.
      socket.on('error', reject);
      socket.once('close', () => reject(new Error('the connection was closed')));
      socket.once(event, resolve);
    });
    return socket;
  } catch (error) {
    socket.destroy();
    throw networkFailure(what, error);
  }
}
