const NEWLINE = 10;

/** Calls back with the bounds of each line, newline excluded. */
export function eachLine(block: Buffer, visit: (line: { start: number; end: number }) => boolean | void): void {
  for (let start = 0; start < block.length;) {
    const found = block.indexOf(NEWLINE, start);
    const end = found === -1 ? block.length : found;
    if (visit({ start, end }) === false) return;
    start = end + 1;
  }
}
