/** Query types by name. */
export const DNS_TYPES: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
};

/** Answer codes by number. */
export const DNS_CODES: readonly string[] = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

/** An answer: its code by name, and the addresses and texts in it. */
export interface DnsAnswer {
  readonly code: string;
  readonly count: number;
  readonly values: readonly string[];
}

/** A query with one question, recursion desired. */
export function encodeQuery({ id, name, type }: { id: number; name: string; type: string }): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(id, 0);
  head.writeUInt16BE(0x0100, 2);
  head.writeUInt16BE(1, 4);
  const labels = name.split('.').filter((label) => label !== '');
  const encoded = labels.map((label) => Buffer.concat([Buffer.of(Buffer.byteLength(label)), Buffer.from(label)]));
  const tail = Buffer.alloc(5);
  tail.writeUInt16BE(DNS_TYPES[type] ?? 1, 1);
  tail.writeUInt16BE(1, 3);
  return Buffer.concat([head, ...encoded, tail]);
}

/** Reads the answer to a query with this id; undefined when the message is not one. */
export function decodeAnswer(message: Buffer, id: number): DnsAnswer | undefined {
  if (message.length < 12 || message.readUInt16BE(0) !== id) return undefined;
  const flags = message.readUInt16BE(2);
  if ((flags & 0x8000) === 0) return undefined;
  const code = DNS_CODES[flags & 0xf] ?? `code ${flags & 0xf}`;
  const count = message.readUInt16BE(6);
  return { code, count, values: readValues(message, count) };
}

function readValues(message: Buffer, count: number): string[] {
  const values: string[] = [];
  let at = 12;
  for (let question = 0; question < message.readUInt16BE(4); question++) at = skipName(message, at) + 4;
  for (let answer = 0; answer < count; answer++) {
    at = skipName(message, at);
    if (at + 10 > message.length) break;
    const type = message.readUInt16BE(at);
    const length = message.readUInt16BE(at + 8);
    const value = readValue(type, message.subarray(at + 10, at + 10 + length));
    if (value !== undefined) values.push(value);
    at += 10 + length;
  }
  return values;
}

/** The offset behind a name: labels up to a zero byte or a pointer. Beyond the message when it is cut off. */
function skipName(message: Buffer, start: number): number {
  let at = start;
  for (;;) {
    const length = message[at];
    if (length === undefined) return message.length;
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2;
    at += 1 + length;
  }
}

function readValue(type: number, data: Buffer): string | undefined {
  if (type === DNS_TYPES['A'] && data.length === 4) return data.join('.');
  if (type === DNS_TYPES['AAAA'] && data.length === 16) return ipv6(data);
  if (type === DNS_TYPES['TXT']) return data.toString('latin1', 1);
  return undefined;
}

function ipv6(data: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => data.readUInt16BE(index * 2).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
