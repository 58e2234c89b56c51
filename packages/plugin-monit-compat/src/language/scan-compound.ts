import { scanCommand } from './scan-command.ts';
import { makeToken, type ScanState } from './scanner.ts';
import { scanUrl } from './scan-url.ts';
import type { Token } from './token.ts';

type Compound = (state: ScanState, match: RegExpExecArray, inProgram: boolean) => Token | 'noise' | undefined;

/**
 * Reads the tokens that begin a mode of their own or consist of several words. Answers undefined when an ordinary
 * token stands here, and `noise` for the pairs that mean nothing.
 */
export function scanCompound(state: ScanState, inProgram: boolean): Token | 'noise' | undefined {
  const { text } = state.source;
  const rules = RULES.get(text.charCodeAt(state.at) | 32);
  if (rules === undefined) return scanUrl(state);
  for (const [pattern, read] of rules) {
    pattern.lastIndex = state.at;
    const match = pattern.exec(text);
    if (match === null) continue;
    const from = state.at;
    const token = read(state, match, inProgram);
    if (token !== undefined) return token;
    state.at = from;
  }
  return scanUrl(state);
}

// All types but `process` end where their word ends, so the reference program reads `check hosth` as the host `h`.
// oxlint-disable-next-line no-control-regex -- the reference lexer ends words at control characters
const CHECK =
  /check[ \t]+(?:(filesystem|file|directory|fifo|device|host|system|program|network)|(process)[ \t]+)?[ \t\r\n]*/iy;
const NAME = /"([^"\x00-\x1f]+)"|'([^'\n]*(?:'[^'\n]*)*)'|([^\x00-\x21@:{}"';(),%]+)/y; // oxlint-disable-line no-control-regex
const GROUP_NAME = /"([^\x00-\x21@:{}"';(),%]+)"|'([^\x00-\x21@:{}"';(),%]+)'|([^\x00-\x21@:{}"';(),%]+)/y; // oxlint-disable-line no-control-regex
const DEPENDS_NAME = /[ \t]*(?:"([^"\x00-\x1f]+)"|'([^'\x00-\x1f]+)'|([^\x00-\x21@:{}"';(),%]+))/y; // oxlint-disable-line no-control-regex
const DEPENDS_SEPARATOR = /[ \t\r\n]*[(),;][ \t\r\n(),;]*/y;
const CRON = /(["'])[ \t\r]*([0-9*,\-/a-z@]+(?:[ \t\r]+[0-9*,\-/a-z]+)*)[ \t\r]*\1/iy;

const readCheck: Compound = (state, match) => {
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

const readGroup: Compound = (state, match) => {
  const from = state.at;
  state.at += match[0].length;
  const name = exec(GROUP_NAME, state);
  if (name === null) return makeToken(state, 'bad', from, { value: 'a group name is one word' });
  state.at += name[0].length;
  return makeToken(state, 'group', from, { value: name[1] ?? name[2] ?? name[3] ?? '' });
};

const readDepends: Compound = (state, match) => {
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

const readEvery: Compound = (state, match) => {
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

const readHeaders: Compound = (state, match) => {
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

const readAddress: Compound = (state, match) => {
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

const readProse: Compound = (state, match) => {
  const from = state.at;
  const key = (match[1] ?? '').toLowerCase();
  state.at += match[0].length;
  const value = exec(key === 'subject' ? /[^\n}]*/y : /[^}]*/y, state)?.[0] ?? '';
  state.at += value.length;
  return makeToken(state, 'prose', from, { key, value: value.trim() });
};

const readInclude: Compound = (state, match) => {
  const from = state.at;
  state.at += match[0].length;
  return makeToken(state, 'keyword', from, {
    key: 'include',
    value: (match[1] ?? '').replace(/^(["'])(.*?)\1?$/, '$2'),
  });
};

const words =
  (key: string | ((match: RegExpExecArray) => string)): Compound =>
  (state, match) => {
    const from = state.at;
    state.at += match[0].length;
    return makeToken(state, 'keyword', from, { key: typeof key === 'string' ? key : key(match) });
  };

const noise: Compound = (state, match) => {
  state.at += match[0].length;
  return 'noise';
};

// Only for single words: a pattern with a blank in it is always the longest match.
const WORD_END = String.raw`(?![^\x00-\x21@:{}"';(),%])`;
const sticky = (source: string): RegExp => new RegExp(source, 'iy');
const CPU_PARTS = new Map([
  ['us', 'user'],
  ['sy', 'system'],
  ['sys', 'system'],
  ['wa', 'wait'],
]);

const RULES = new Map<number, readonly (readonly [RegExp, Compound])[]>([
  [97, [[sticky('access time'), words('atime')]]],
  [
    99,
    [
      [CHECK, readCheck],
      [
        sticky(
          String.raw`cpu(?:[ ]*usage)?[ ]*\([ ]*(user|us|system|sys|sy|wait|wa|nice|hardirq|softirq|steal|guestnice|guest)[ ]*\)`,
        ),
        words((match) => `cpu(${partOf(match[1] ?? '')})`),
      ],
      [sticky('change time'), words('ctime')],
    ],
  ],
  [
    100,
    [
      [sticky(String.raw`depends?[ \t]+(?:on[ \t(),;]+)?`), readDepends],
      [sticky(String.raw`disable[ \t]+ssl`), noise],
    ],
  ],
  [
    101,
    [
      [sticky(String.raw`every(?:[ \t\r\n]+|(?=["']))`), readEvery],
      [sticky(String.raw`exec(?:ute)?[ \t\r]*(?=")`), scanCommand('exec')],
      [sticky(String.raw`enable[ \t]+ssl`), words('ssl')],
    ],
  ],
  [102, [[sticky(`(from):`), readAddress]]],
  [103, [[sticky(String.raw`group[ \t]+`), readGroup]]],
  [104, [[sticky(String.raw`http headers \[?`), readHeaders]]],
  [105, [[sticky(String.raw`include(?:[ \t\r\n]+("[^"\n]*"?|'[^'\n]*'?|[^\s"']+)|${WORD_END})`), readInclude]]],
  [
    108,
    [
      [sticky(String.raw`loadavg[ ]*\([ ]*1[ ]*(?:m(?:in)?)?[ ]*\)`), words('loadavg1')],
      [sticky(String.raw`loadavg[ ]*\([ ]*5[ ]*(?:m(?:in)?)?[ ]*\)`), words('loadavg5')],
      [sticky(String.raw`loadavg[ ]*\([ ]*15[ ]*(?:m(?:in)?)?[ ]*\)`), words('loadavg15')],
      [sticky(`loadavg${WORD_END}`), words('loadavg1')],
    ],
  ],
  [
    109,
    [
      [sticky('(message):'), readProse],
      [sticky('modification time'), words('mtime')],
    ],
  ],
  [110, [[sticky(String.raw`(not)[ \t\r\n]+every[ \t\r\n]*(?=["'])`), readEvery]]],
  [
    112,
    [
      [
        sticky(String.raw`path[ \t\r]*(?=")`),
        (state, match, inProgram) => (inProgram ? scanCommand('path')(state, match) : undefined),
      ],
    ],
  ],
  [
    114,
    [
      [sticky('(reply-to):'), readAddress],
      [sticky(String.raw`restart[ \t\r]*(?:program)?[ \t\r]*=?[ \t\r]*(?=")`), scanCommand('restart')],
    ],
  ],
  [
    115,
    [
      [sticky(String.raw`start[ \t\r]*(?:program)?[ \t\r]*=?[ \t\r]*(?=")`), scanCommand('start')],
      [sticky(String.raw`stop[ \t\r]*(?:program)?[ \t\r]*=?[ \t\r]*(?=")`), scanCommand('stop')],
      [sticky('(subject):'), readProse],
      [sticky(String.raw`ssl[ \t]+disable`), noise],
      [sticky(String.raw`ssl[ \t]+enable`), words('ssl')],
      [sticky('service time'), words('servicetime')],
    ],
  ],
  [
    116,
    [
      [sticky('total cpu'), words('totalcpu')],
      [sticky('total mem(?:ory)?'), words('totalmemory')],
    ],
  ],
]);

function partOf(word: string): string {
  const lower = word.toLowerCase();
  return CPU_PARTS.get(lower) ?? lower;
}

function exec(pattern: RegExp, state: ScanState): RegExpExecArray | null {
  pattern.lastIndex = state.at;
  return pattern.exec(state.source.text);
}
