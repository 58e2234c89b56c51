import { forTerminal } from '@tappet/core/runtime';

/** Lines of a log for a terminal, which whoever wrote them must not steer. */
export function linesForTerminal(lines: Uint8Array): Uint8Array {
  return Buffer.from(forTerminal(Buffer.from(lines.buffer, lines.byteOffset, lines.length).toString('utf8')));
}
