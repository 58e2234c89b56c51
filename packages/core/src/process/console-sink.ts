import type { OutputSink } from '../hooks/events.ts';

export interface ConsoleSinkOptions {
  /** Takes whole lines, see `consoleWriter`. The bytes are only valid during the call. */
  readonly write: (lines: Uint8Array) => void;
  /** Put before each line as it is, such as `web | `. */
  readonly prefix: string;
}

/** A sink that ends its last line at once when it is closed. */
export interface ConsoleSink extends OutputSink {
  close(): void;
}

/** A longer line is broken here: on a console the lines of all services alternate, so each must end some time. */
const LONGEST_LINE = 64 * 1024;
const NEWLINE = 10;

/** A sink that puts a name before each line and passes whole lines on, however the chunks are cut. Never decodes. */
export function consoleSink({ write, prefix }: ConsoleSinkOptions): ConsoleSink {
  const head = Buffer.from(prefix);
  let carry: Uint8Array = new Uint8Array(0);

  function emit(chunk: Uint8Array): void {
    const parts: Uint8Array[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      parts.push(head, chunk.subarray(start, end + 1));
      start = end + 1;
    }
    for (; chunk.length - start > LONGEST_LINE; start += LONGEST_LINE) {
      parts.push(head, chunk.subarray(start, start + LONGEST_LINE), NEWLINE_BYTES);
    }
    if (parts.length > 0) write(Buffer.concat(parts));
    // Not `slice`, which copies for a Uint8Array and shares for a Buffer.
    carry = new Uint8Array(chunk.subarray(start));
  }

  return {
    write(chunk) {
      emit(carry.length === 0 ? chunk : Buffer.concat([carry, chunk]));
      return true;
    },
    close() {
      if (carry.length > 0) write(Buffer.concat([head, carry, NEWLINE_BYTES]));
      carry = new Uint8Array(0);
    },
  };
}

const NEWLINE_BYTES: Uint8Array = new Uint8Array([NEWLINE]);
