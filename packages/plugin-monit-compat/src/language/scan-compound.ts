import { scanCommand } from './scan-command.ts';
import {
  type Compound,
  readAddress,
  readCheck,
  readDepends,
  readEvery,
  readGroup,
  readHeaders,
  readInclude,
  readProse,
} from './scan-modes.ts';
import { makeToken, type ScanState } from './scanner.ts';
import { scanUrl } from './scan-url.ts';
import type { Token } from './token.ts';

/**
 * Reads the tokens that begin a mode of their own or consist of several words. Answers undefined when an ordinary
 * token stands here, and `noise` for the pairs that mean nothing.
 */
export function scanCompound(state: ScanState, inProgram: boolean): Token | 'noise' | undefined {
  const { text } = state.source;
  const rules = RULES.get(prefixAt(text, state.at));
  for (const [pattern, read] of rules ?? NO_RULES) {
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

type Rule = readonly [pattern: RegExp, read: Compound];

const NO_RULES: readonly Rule[] = [];

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

const programPath: Compound = (state, match, inProgram) => (inProgram ? scanCommand('path')(state, match) : undefined);

const CPU_PARTS = new Map([
  ['us', 'user'],
  ['sy', 'system'],
  ['sys', 'system'],
  ['wa', 'wait'],
]);

const cpuPart = words(([, part = '']) => `cpu(${CPU_PARTS.get(part.toLowerCase()) ?? part.toLowerCase()})`);

// Only for single words: a pattern with a blank in it is always the longest match.
const WORD_END = String.raw`(?![^\x00-\x21@:{}"';(),%])`;

// All types but `process` end where their word ends, so the reference program reads `check hosth` as the host `h`.
const TABLE: readonly (readonly [source: string, read: Compound])[] = [
  [
    String.raw`check[ \t]+(?:(filesystem|file|directory|fifo|device|host|system|program|network)|(process)[ \t]+)?[ \t\r\n]*`,
    readCheck,
  ],
  [String.raw`group[ \t]+`, readGroup],
  [String.raw`depends?[ \t]+(?:on[ \t(),;]+)?`, readDepends],
  [String.raw`every(?:[ \t\r\n]+|(?=["']))`, readEvery],
  [String.raw`(not)[ \t\r\n]+every[ \t\r\n]*(?=["'])`, readEvery],
  [String.raw`include(?:[ \t\r\n]+("[^"\n]*"?|'[^'\n]*'?|[^\s"']+)|${WORD_END})`, readInclude],
  [String.raw`start[ \t\r]*(?:program)?[ \t\r]*=?[ \t\r]*(?=")`, scanCommand('start')],
  [String.raw`stop[ \t\r]*(?:program)?[ \t\r]*=?[ \t\r]*(?=")`, scanCommand('stop')],
  [String.raw`restart[ \t\r]*(?:program)?[ \t\r]*=?[ \t\r]*(?=")`, scanCommand('restart')],
  [String.raw`exec(?:ute)?[ \t\r]*(?=")`, scanCommand('exec')],
  [String.raw`path[ \t\r]*(?=")`, programPath],
  [String.raw`http headers \[?`, readHeaders],
  [`(from):`, readAddress],
  [`(reply-to):`, readAddress],
  [`(subject):`, readProse],
  [`(message):`, readProse],
  [
    String.raw`cpu(?:[ ]*usage)?[ ]*\([ ]*(user|us|system|sys|sy|wait|wa|nice|hardirq|softirq|steal|guestnice|guest)[ ]*\)`,
    cpuPart,
  ],
  [String.raw`loadavg[ ]*\([ ]*1[ ]*(?:m(?:in)?)?[ ]*\)`, words('loadavg1')],
  [String.raw`loadavg[ ]*\([ ]*5[ ]*(?:m(?:in)?)?[ ]*\)`, words('loadavg5')],
  [String.raw`loadavg[ ]*\([ ]*15[ ]*(?:m(?:in)?)?[ ]*\)`, words('loadavg15')],
  [`loadavg${WORD_END}`, words('loadavg1')],
  ['access time', words('atime')],
  ['change time', words('ctime')],
  ['modification time', words('mtime')],
  ['service time', words('servicetime')],
  ['total cpu', words('totalcpu')],
  ['total mem(?:ory)?', words('totalmemory')],
  [String.raw`ssl[ \t]+enable`, words('ssl')],
  [String.raw`enable[ \t]+ssl`, words('ssl')],
  [String.raw`ssl[ \t]+disable`, noise],
  [String.raw`disable[ \t]+ssl`, noise],
];

// By the first three letters, so that an ordinary word costs one look-up.
const RULES: ReadonlyMap<number, readonly Rule[]> = Map.groupBy(
  TABLE.map(([source, read]): Rule => [new RegExp(source, 'iy'), read]),
  ([{ source }]) => prefixAt(source.replace('(', ''), 0),
);

function prefixAt(text: string, at: number): number {
  return ((text.charCodeAt(at) | 32) << 16) | ((text.charCodeAt(at + 1) | 32) << 8) | (text.charCodeAt(at + 2) | 32);
}
