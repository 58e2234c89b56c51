import { makeToken, type ScanState } from './scanner.ts';
import type { Token } from './token.ts';

/** Reads a token that begins with `match`. Answers `noise` for what means nothing, undefined when it stands elsewhere. */
export type Compound = (state: ScanState, match: RegExpExecArray, inProgram: boolean) => Token | 'noise' | undefined;

const NAME = /"([^"\x00-\x1f]+)"|'([^'\n]*(?:'[^'\n]*)*)'|([^\x00-\x21@:{}"';(),%]+)/y; // oxlint-disable-line no-control-regex
const GROUP_NAME = /"([^\x00-\x21@:{}"';(),%]+)"|'([^\x00-\x21@:{}"';(),%]+)'|([^\x00-\x21@:{}"';(),%]+)/y; // oxlint-disable-line no-control-regex
const DEPENDS_NAME = /[ \t]*(?:"([^"\x00-\x1f]+)"|'([^'\x00-\x1f]+)'|([^\x00-\x21@:{}"';(),%]+))/y; // oxlint-disable-line no-control-regex
const DEPENDS_SEPARATOR = /[ \t\r\n]*[(),;][ \t\r\n(),;]*/y;
const CRON = /(["'])[ \t\r]*([0-9*,\-/a-z@]+(?:[ \t\r]+[0-9*,\-/a-z]+)*)[ \t\r]*\1/iy;

export const readCheck: Compound = (state, match) => {
  const from = state.at;
  state.at += match[0].length;
  const name = exec(NAME, state);
  if (name === null) return makeToken(state, 'bad', from, { value: 'a service name is missing or badly quoted' });
  state.at += name[0].length;
  const type = (match[1] ?? 'process').toLowerCase();
  return makeToken(state, 'check', from, {
    key: type === 'device' ? 'filesystem' : type,
    value: name[1] ?? name[2] ?? name[3] ?? '',
  });
};

export const readGroup: Compound = (state, match) => {
  const from = state.at;
  state.at += match[0].length;
  const name = exec(GROUP_NAME, state);
  if (name === null) return makeToken(state, 'bad', from, { value: 'a group name is one word' });
  state.at += name[0].length;
  return makeToken(state, 'group', from, { value: name[1] ?? name[2] ?? name[3] ?? '' });
};

export const readDepends: Compound = (state, match) => {
  const from = state.at;
  state.at += match[0].length;
  const items: string[] = [];
  for (;;) {
    const name = exec(DEPENDS_NAME, state);
    if (name === null) break;
    items.push(name[1] ?? name[2] ?? name[3] ?? '');
    state.at += name[0].length;
    const separator = exec(DEPENDS_SEPARATOR, state);
    if (separator === null) break;
    state.at += separator[0].length;
  }
  if (items.length === 0) return makeToken(state, 'bad', from, { value: 'a service name must follow "depends on"' });
  return makeToken(state, 'depends', from, { items });
};

export const readEvery: Compound = (state, match) => {
  const from = state.at;
  const key = match[1] === undefined ? 'every' : 'not every';
  state.at += match[0].length;
  const number = exec(/\d+/y, state);
  if (number !== null) {
    state.at += number[0].length;
    return makeToken(state, 'every', from, { key: 'cycles', value: number[0], items: [key] });
  }
  const cron = exec(CRON, state);
  if (cron === null) {
    return makeToken(state, 'bad', from, { value: '"every" takes a number of cycles or five quoted cron fields' });
  }
  state.at += cron[0].length;
  return makeToken(state, 'every', from, { key: 'cron', value: cron[2] ?? '', items: [key] });
};

// A bracket may begin the list twice, but stands in no header name.
const HEADER = /^\[?[^:[\]]+:(?!:)/;

export const readHeaders: Compound = (state, match) => {
  const from = state.at;
  const end = state.source.text.indexOf(']', state.at);
  if (end === -1) {
    state.at += match[0].length;
    return makeToken(state, 'bad', from, { value: 'the list of headers never ends' });
  }
  const items = state.source.text
    .slice(from + match[0].length, end)
    .split(/[,\n\r](?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .map((item) => item.trim().replace(/^"(.*)"$/, '$1'))
    .filter((item) => item !== '');
  state.at = end + 1;
  const wrong = items.find((item) => !HEADER.test(item));
  if (wrong !== undefined)
    return makeToken(state, 'bad', from, { value: `"${wrong}" is not a header of the form name: value` });
  return makeToken(state, 'headers', from, { items });
};

export const readAddress: Compound = (state, match) => {
  const from = state.at;
  state.at += match[0].length;
  const value =
    /^[^{}\n]*?(?=[{}\n]|[ ,;\t](?:subject|message|from|reply-to):|$)/i.exec(
      state.source.text.slice(state.at, state.at + 1000),
    )?.[0] ?? '';
  state.at += value.length;
  const key = (match[1] ?? '').toLowerCase();
  if (!value.includes('@') && !/<[^<>]+>/.test(value))
    return makeToken(state, 'bad', from, { value: `"${key}:" needs an address with an @` });
  return makeToken(state, 'address', from, { key, value: value.trim().replace(/[,;]$/, '') });
};

export const readProse: Compound = (state, match) => {
  const from = state.at;
  const key = (match[1] ?? '').toLowerCase();
  state.at += match[0].length;
  const value = exec(key === 'subject' ? /[^\n}]*/y : /[^}]*/y, state)?.[0] ?? '';
  state.at += value.length;
  return makeToken(state, 'prose', from, { key, value: value.trim() });
};

export const readInclude: Compound = (state, match) => {
  const from = state.at;
  state.at += match[0].length;
  return makeToken(state, 'keyword', from, {
    key: 'include',
    value: (match[1] ?? '').replace(/^(["'])(.*?)\1?$/, '$2'),
  });
};

function exec(pattern: RegExp, state: ScanState): RegExpExecArray | null {
  pattern.lastIndex = state.at;
  return pattern.exec(state.source.text);
}
