import { quote } from '../net/dialogue.ts';
import { ProbeFailure } from '../result.ts';

/** What decides how an answer goes on, from its status line and its headers. */
export interface ResponseHead {
  readonly status: number;
  readonly location: string | undefined;
  /** How the body ends: `none` has none, a number is its length, `close` ends with the connection. */
  readonly body: 'none' | 'chunked' | 'close' | number;
  /** Whether the server goes on with this connection. */
  readonly isKept: boolean;
}

/** Reads the text before the empty line. `method` is that of the request. Fails at what is not HTTP. */
export function parseHead(text: string, method: string): ResponseHead {
  const [first = '', ...lines] = text.split(/\r?\n/);
  const [, minor, code] = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(first) ?? [];
  if (code === undefined) throw new ProbeFailure(`this is not HTTP: it answers ${quote(first)}`);
  const fields = new Map<string, string>();
  for (const line of lines) collect(line, fields);
  const status = Number(code);
  const connection = (fields.get('connection') ?? '').toLowerCase();
  return {
    status,
    location: fields.get('location'),
    body: bodyOf({ status, method, fields }),
    isKept: minor === '1' ? !connection.includes('close') : connection.includes('keep-alive'),
  };
}

const KEPT = new Set(['connection', 'content-length', 'location', 'transfer-encoding']);

/** The headers that matter here; those of one name are joined as lists are. */
function collect(line: string, fields: Map<string, string>): void {
  const colon = line.indexOf(':');
  // A line that goes on (RFC 9112, 5.2) cannot be one of ours.
  if (colon < 1 && !/^[ \t]/.test(line)) throw new ProbeFailure(`this is not HTTP: it has the header ${quote(line)}`);
  const name = line.slice(0, colon).toLowerCase();
  if (!KEPT.has(name)) return;
  const value = line.slice(colon + 1).trim();
  const before = fields.get(name);
  fields.set(name, before === undefined ? value : `${before}, ${value}`);
}

/** RFC 9112, 6.3 */
function bodyOf({
  status,
  method,
  fields,
}: {
  status: number;
  method: string;
  fields: ReadonlyMap<string, string>;
}): ResponseHead['body'] {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return 'none';
  const coding = fields.get('transfer-encoding');
  if (coding !== undefined) return /(?:^|,)\s*chunked$/i.test(coding) ? 'chunked' : 'close';
  const length = fields.get('content-length');
  if (length === undefined) return 'close';
  const [size = '', ...others] = new Set(length.split(/\s*,\s*/));
  if (others.length > 0 || !/^\d{1,15}$/.test(size))
    throw new ProbeFailure(`this is not HTTP: it has the content length ${quote(length)}`);
  return Number(size);
}
