import type { Dialogue } from '../net/dialogue.ts';
import { quote } from '../net/dialogue.ts';
import { ProbeFailure } from '../result.ts';

/** One element in BER: its tag and its content. */
export interface BerElement {
  readonly tag: number;
  readonly content: Buffer;
}

/** Encodes one element. */
export function ber(tag: number, ...parts: readonly (Buffer | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  const length = content.length;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...head), content]);
}

/** Encodes a small whole number (0 to 127). */
export function berInteger(value: number, tag = 0x02): Buffer {
  return ber(tag, Buffer.of(value));
}

/** Splits content into its elements; undefined when it is not BER. */
export function readBer(content: Buffer): BerElement[] | undefined {
  const elements: BerElement[] = [];
  for (let at = 0; at < content.length;) {
    const size = elementSize(content.subarray(at));
    if (size === undefined || size.total === Infinity || at + size.total > content.length) return undefined;
    elements.push({ tag: content[at] ?? 0, content: content.subarray(at + size.head, at + size.total) });
    at += size.total;
  }
  return elements;
}

/** Waits for one whole element with this tag. */
export async function berMessage(
  dialogue: Dialogue,
  { tag, what }: { tag: number; what: string },
): Promise<BerElement[]> {
  const data = await dialogue.until((received) => {
    if (received.length > 0 && received[0] !== tag) return received.length;
    const size = elementSize(received);
    if (size === undefined) return undefined;
    return size.total === Infinity ? received.length : received.length >= size.total ? size.total : undefined;
  }, what);
  const elements = readBer(data)?.[0];
  const inner = elements?.tag === tag ? readBer(elements.content) : undefined;
  if (inner === undefined) throw new ProbeFailure(`the server answers ${quote(data)} where ${what} was expected`);
  return inner;
}

/** Sizes of the element at the front; undefined when more bytes are needed, an infinite total when it cannot be one. */
function elementSize(data: Buffer): { head: number; total: number } | undefined {
  const first = data[1];
  if (first === undefined) return undefined;
  if (first < 128) return { head: 2, total: 2 + first };
  const count = first & 0x7f;
  if (count === 0 || count > 4) return { head: 2, total: Infinity };
  if (data.length < 2 + count) return undefined;
  return { head: 2 + count, total: 2 + count + data.readUIntBE(2, count) };
}
