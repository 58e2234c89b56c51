import { isUtf8 } from 'node:buffer';
import type { OutputStream } from '@tappet/core';

const NEWLINE = 10;

/** Each of the lines as a JSON object of its own; bytes that are no text as base64. */
export function jsonLines(
  lines: Uint8Array,
  { service, stream, wallMs }: { service: string; stream: OutputStream; wallMs: number },
): Uint8Array {
  const head = `{"time":${JSON.stringify(new Date(wallMs).toISOString())},"service":${JSON.stringify(service)},"stream":${JSON.stringify(stream)},`;
  const source = Buffer.from(lines.buffer, lines.byteOffset, lines.length);
  let text = '';
  for (let at = 0; at < source.length;) {
    const end = source.indexOf(NEWLINE, at);
    const line = source.subarray(at, end === -1 ? source.length : end);
    const content = isUtf8(line)
      ? `"message":${JSON.stringify(line.toString())}`
      : `"base64":"${line.toString('base64')}"`;
    text += `${head}${content}}\n`;
    at = end === -1 ? source.length : end + 1;
  }
  return Buffer.from(text);
}
