/** Which form an `Accept` header prefers. JSON when it does not say, or likes both the same. */
export function preferredFormat(accept: string | undefined): 'json' | 'text' {
  const ranges = (accept ?? '').slice(0, 1000).split(',').map(readRange);
  return quality(ranges, isText) > quality(ranges, isJson) ? 'text' : 'json';
}

interface Range {
  readonly type: string;
  readonly q: number;
}

function readRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const q = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
  return { type, q: Number.isFinite(q) ? q : 0 };
}

/** What the most specific range says: a named type counts before a wildcard. */
function quality(ranges: readonly Range[], isNamed: (type: string) => boolean): number {
  const named = ranges.filter(({ type }) => isNamed(type));
  const meant = named.length > 0 ? named : ranges.filter(({ type }) => type === '*/*');
  return Math.max(0, ...meant.map(({ q }) => q));
}

function isText(type: string): boolean {
  return type === 'text/plain' || type === 'text/*';
}

function isJson(type: string): boolean {
  return type === 'application/health+json' || type === 'application/json' || type === 'application/*';
}
