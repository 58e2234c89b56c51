/** A date and time of ISO 8601 at the start of a line, perhaps in brackets. Without a zone it is local time. */
const AT_START = /^[[("]?(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)?/;
/** The same, or milliseconds since 1970, in a JSON line. */
const IN_JSON = /"(?:time|timestamp|ts|@timestamp)"\s*:\s*(?:"([^"]+)"|(\d{10,13}(?:\.\d+)?))/;
/** Where a line's time is looked for. */
const HEAD = 256;

/** When a line was written, in milliseconds since the epoch; undefined when it does not say. */
export function timeOfLine(block: Buffer, { start, end }: { start: number; end: number }): number | undefined {
  const first = block[start];
  const isJson = first === 0x7b;
  if (!isJson && !(isDigit(first) || isDigit(block[start + 1]))) return undefined;
  const head = block.toString('latin1', start, Math.min(end, start + HEAD));
  if (!isJson) return isoTime(head);
  const [, text, number] = IN_JSON.exec(head) ?? [];
  if (number !== undefined) return Number(number) < 1e11 ? Number(number) * 1000 : Number(number);
  return text === undefined ? undefined : isoTime(text);
}

function isoTime(text: string): number | undefined {
  const [, date, time, fraction = '0', zone = ''] = AT_START.exec(text) ?? [];
  if (date === undefined || time === undefined) return undefined;
  const ms = Date.parse(`${date}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}${zone}`);
  return Number.isNaN(ms) ? undefined : ms;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
