import { makeToken, type ScanState } from './scanner.ts';
import type { Token } from './token.ts';

const SCHEME = /([a-z][a-z0-9+.-]*):\/\//iy;
const LETTER = /[a-z]/i;
const LOGIN = /([^@: /?#]*):([^@ ]+)@/y;
const HOST = /\[([^\]\s]+)\]|((?:[a-z0-9-]+\.)*[a-z0-9-]+)/iy;
const PORT = /:(\d+)/y;
const REST = /[/?#][^ \n\r]*/y;
// Behind a port the reference program takes anything up to the next blank.
const REST_AFTER_PORT = /[^ \n\r]+/y;

/**
 * Reads an unquoted URL, or answers undefined when none stands here. The parts are in `items`: scheme, user,
 * password, host, port and the rest beginning with the path; absent parts are empty.
 */
export function scanUrl(state: ScanState): Token | undefined {
  if (!LETTER.test(state.source.text[state.at] ?? '') || !state.source.hasUrl) return undefined;
  const from = state.at;
  const scheme = take(SCHEME, state);
  if (scheme === undefined) return undefined;
  const name = (scheme[1] ?? '').toLowerCase();
  if (name !== 'http' && name !== 'https')
    return bad(state, from, `the scheme "${name}" is not supported, only http and https are`);
  const login = take(LOGIN, state);
  const host = take(HOST, state);
  if (host === undefined) return bad(state, from, 'the URL names no host');
  const port = take(PORT, state);
  const rest = take(port === undefined ? REST : REST_AFTER_PORT, state);
  const path = rest?.[0] ?? '';
  if (!/^(?:[ \r\n]|$)/.test(state.source.text.slice(state.at, state.at + 1))) {
    return bad(state, from, `the host ends at an unexpected "${state.source.text[state.at]}"`);
  }
  return makeToken(state, 'url', from, {
    items: [
      name,
      login?.[1] ?? '',
      login?.[2] ?? '',
      host[1] ?? host[2] ?? '',
      port?.[1] ?? '',
      path.startsWith('/') ? path : `/${path}`,
    ],
  });
}

function bad(state: ScanState, from: number, value: string): Token {
  return makeToken(state, 'bad', from, { value });
}

function take(pattern: RegExp, state: ScanState): RegExpExecArray | undefined {
  pattern.lastIndex = state.at;
  const match = pattern.exec(state.source.text);
  if (match === null) return undefined;
  state.at += match[0].length;
  return match;
}
