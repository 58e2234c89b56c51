const ESCAPE_BASE = 0xdc00;
const ESCAPED_BYTE = /[\uDC80-\uDCFF]/;

/**
 * Bytes as text that keeps every byte: valid UTF-8 becomes its characters, any other byte becomes one lone
 * surrogate (U+DC80 to U+DCFF). {@link toBytes} gives back exactly the same bytes.
 */
export function fromBytes(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('utf8');
  // The replacement character stands for an invalid byte, or for itself.
  return text.includes('\ufffd') ? decodeWithEscapes(buffer) : text;
}

/** Text from {@link fromBytes} as the bytes it came from. */
export function toBytes(text: string): Buffer {
  if (!ESCAPED_BYTE.test(text)) return Buffer.from(text);
  const parts: Buffer[] = [];
  let plain = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xdc80 && code <= 0xdcff) {
      parts.push(Buffer.from(plain), Buffer.from([code - ESCAPE_BASE]));
      plain = '';
    } else {
      plain += character;
    }
  }
  return Buffer.concat([...parts, Buffer.from(plain)]);
}

/** A path as the file system calls take it: a string when that is exact, otherwise the bytes. */
export function toPath(text: string): string | Buffer {
  return ESCAPED_BYTE.test(text) ? toBytes(text) : text;
}

function decodeWithEscapes(buffer: Buffer): string {
  const pieces: string[] = [];
  let start = 0;
  let at = 0;
  while (at < buffer.length) {
    const length = sequenceLength(buffer, at);
    if (length > 0) {
      at += length;
      continue;
    }
    pieces.push(buffer.toString('utf8', start, at), String.fromCharCode(ESCAPE_BASE + (buffer[at] ?? 0)));
    at += 1;
    start = at;
  }
  pieces.push(buffer.toString('utf8', start, at));
  return pieces.join('');
}

/** Length of the valid UTF-8 sequence at `at`, 0 when there is none. */
function sequenceLength(buffer: Buffer, at: number): number {
  const first = buffer[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  const lowest = length === 4 ? 0x10000 : length === 3 ? 0x800 : 0x80;
  if (first < 0xc2 || first > 0xf4 || at + length > buffer.length) return 0;
  let code = first & (0xff >> (length + 1));
  for (let offset = 1; offset < length; offset++) {
    const next = buffer[at + offset] ?? 0;
    if ((next & 0xc0) !== 0x80) return 0;
    code = (code << 6) | (next & 0x3f);
  }
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  return code < lowest || code > 0x10ffff || isSurrogate ? 0 : length;
}
