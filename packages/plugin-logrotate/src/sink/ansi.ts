const ESCAPE = 27;
// Control sequences (colours, cursor), strings up to BEL or ST (titles, links), and two-character escapes.
// eslint-disable-next-line no-control-regex -- these bytes are what it is about
const SEQUENCES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])/g;

/** Takes the escape sequences of terminals out of whole lines. */
export function stripAnsi(lines: Uint8Array): Uint8Array {
  if (lines.indexOf(ESCAPE) === -1) return lines;
  // latin1 keeps every byte as one character.
  return Buffer.from(
    Buffer.from(lines.buffer, lines.byteOffset, lines.length).toString('latin1').replace(SEQUENCES, ''),
    'latin1',
  );
}
