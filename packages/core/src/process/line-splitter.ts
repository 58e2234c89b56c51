const LONGEST_LINE = 4096;

/** Cuts chunks into lines without their newline; of a longer line only the first 4 KiB are kept. */
export function createLineSplitter(onLine: (line: string) => void): (chunk: Uint8Array) => void {
  let carry = Buffer.alloc(0);
  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const line = Buffer.concat([carry, chunk.subarray(start, end)]).subarray(0, LONGEST_LINE);
      carry = Buffer.alloc(0);
      start = end + 1;
      onLine(line.toString('utf8'));
    }
    carry = Buffer.concat([carry, chunk.subarray(start)]).subarray(0, LONGEST_LINE);
  };
}
