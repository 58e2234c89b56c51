import * as v from 'valibot';
import { headersOption } from '../options/headers.ts';
import { patternOption } from '../options/pattern.ts';
import { anyText, flag, table, tableOf, text, whole } from '../options/table.ts';
import { tlsTable } from '../options/tls.ts';
import type { BodyMatch, HttpAuth, HttpDescription, JsonScalar } from './description.ts';
import { parseJsonPath } from './json-path.ts';
import { statusOption } from './status.ts';

/** The options of an HTTP probe whose URL may have these schemes. */
export function httpOptions(schemes: readonly ('http' | 'https')[]): v.GenericSchema<unknown, HttpDescription> {
  return v.pipe(
    table({
      url: urlOption(schemes),
      socket: v.optional(v.pipe(text, v.startsWith('/', 'must be an absolute path'))),
      method: v.optional(
        v.pipe(text, v.regex(/^(?!CONNECT$)[A-Z]+$/, 'must be a method such as "GET" or "HEAD"')),
        'GET',
      ),
      headers: headersOption,
      data: v.optional(anyText),
      status: v.optional(statusOption, '2xx'),
      body: v.optional(bodyMatch),
      json: v.optional(jsonMatch),
      redirects: v.optional(whole(0, 20), 0),
      auth: v.optional(auth),
      tls: v.optional(tlsTable),
      keep_alive: v.optional(flag, true),
    }),
    v.check(
      ({ url, tls }) => tls === undefined || url.startsWith('https:'),
      'has TLS options, but its URL is not https',
    ),
  );
}

function urlOption(schemes: readonly string[]): v.GenericSchema<unknown, string> {
  return v.pipe(
    v.string('must be a URL as text'),
    v.rawTransform<string, string>(({ dataset, addIssue, NEVER }) => {
      const url = parseUrl(dataset.value, schemes);
      if (typeof url !== 'string') return url.href;
      addIssue({ message: url });
      return NEVER;
    }),
  );
}

/** The URL that a text is, or the reason why it cannot be probed. */
function parseUrl(value: string, schemes: readonly string[]): URL | string {
  const port = /^[a-z]+:\/\/(?:\[[^\]]*\]|[^/:?#]*):(\d+)(?:[/?#]|$)/i.exec(value)?.[1];
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))
    return `port ${port} is out of range, 1 to 65535`;
  const url = URL.parse(value);
  if (url === null) return `is not a URL, write "${schemes[0]}://HOST:PORT/PATH"`;
  if (!schemes.includes(url.protocol.slice(0, -1))) {
    return `the scheme "${url.protocol.slice(0, -1)}" is not probed here, only ${schemes.join(' and ')}`;
  }
  if (url.username !== '' || url.password !== '')
    return 'carries credentials, write auth = { user = "…", password = "…" } instead';
  return url;
}

const bodyMatch: v.GenericSchema<unknown, BodyMatch> = v.pipe(
  v.unknown(),
  v.transform((value) => (typeof value === 'string' ? { contains: value } : value)),
  table({
    contains: v.optional(text),
    lacks: v.optional(text),
    equals: v.optional(anyText),
    matches: v.optional(patternOption),
  }),
);

const jsonMatch: v.GenericSchema<unknown, Record<string, JsonScalar>> = v.pipe(
  tableOf(
    v.union([v.string(), v.number(), v.boolean(), v.null()], 'must be text, a number, true or false'),
    'must be a table of paths and values',
  ),
  v.check(
    (all) => Object.keys(all).every((path) => parseJsonPath(path) !== undefined),
    'must hold paths like "status" or "checks[0].state"',
  ),
);

const auth: v.GenericSchema<unknown, HttpAuth> = v.lazy((value) =>
  typeof value === 'object' && value !== null && 'bearer' in value
    ? table({ bearer: text })
    : table({ user: text, password: anyText }),
);
