import { isIPv6 } from 'node:net';
import { KEYWORDS, NOISE } from './keywords.ts';
import { SourceText } from './place.ts';
import { scanCompound } from './scan-compound.ts';
import type { Token, TokenKind } from './token.ts';

/** What the scanner does when it meets `include GLOB`: answers the texts in the order they are to be read. */
export type IncludeReader = (pattern: string, token: Token) => readonly SourceText[];

export interface ScanInput {
  readonly source: SourceText;
  readonly include: IncludeReader;
}

/** A piece being read: the text, the position in it, and whether it is the body of a `check program`. */
export interface ScanState {
  readonly source: SourceText;
  at: number;
}

/** Where a parser gets its tokens from, one after the other. Behind the last one there is only `end`. */
export interface TokenSource {
  next(): Token;
}

/**
 * Turns a control file into tokens as they are asked for: a big file has more of them than the heap should hold at once. Includes
 * are replaced by the tokens of the included files, in the middle of whatever they stand in. Never throws: what cannot be read
 * becomes a token of kind `bad`.
 */
export function scan({ source, include }: ScanInput): TokenSource {
  const main: ScanState = { source, at: 0 };
  /** The texts that are being read, the innermost last. */
  const open = [main];
  let inProgram = false;
  return {
    next() {
      for (;;) {
        const state = open.at(-1) ?? main;
        if (isAtEnd(state)) {
          if (open.length <= 1) return makeToken(state, 'end', state.at);
          open.pop();
          continue;
        }
        const from = state.at;
        const token = scanCompound(state, inProgram) ?? scanPlain(state, from);
        if (token === 'noise') continue;
        if (token.kind === 'check') inProgram = token.key === 'program';
        if (token.key !== 'include') return token;
        for (const piece of include(token.value, token).toReversed()) open.push({ source: piece, at: 0 });
      }
    },
  };
}

/** Moves over what means nothing. */
function isAtEnd(state: ScanState): boolean {
  const { text } = state.source;
  BLANK.lastIndex = state.at;
  if (BLANK.test(text)) state.at = BLANK.lastIndex;
  return state.at >= text.length;
}

/** Builds a token that starts at `from` and ends where the state stands now. */
export function makeToken(
  state: ScanState,
  kind: TokenKind,
  from: number,
  parts: { key?: string; value?: string; items?: readonly string[] } = {},
): Token {
  const raw = state.source.text.slice(from, state.at);
  return {
    kind,
    key: parts.key ?? '',
    raw,
    value: parts.value ?? raw,
    items: parts.items ?? NO_ITEMS,
    source: state.source,
    offset: from,
  };
}

const NO_ITEMS: readonly string[] = [];

// Blank: space, tab, line ends, and the separators that mean nothing here. A backslash on its own counts as blank.
const BLANK = /(?:[ \t\r\n(),;]+|#[^\n]*|\\(?=[\s(),;]|$))+/y;
// oxlint-disable-next-line no-control-regex -- the reference lexer ends words at control characters
const WORD = /[^\x00-\x21@:{}"';(),%]+/y;
// oxlint-disable-next-line no-control-regex -- as above
const MAIL = /[^\x00-\x21@:{}"';(),%]+@[^\x00-\x21@:{}"';(),%]+/y;
const ADDRESS6 = /[0-9a-f]*:[0-9a-f:.]+/iy;
const QUOTED = /"[^"]*"|'[^']*'/y;

function scanPlain(state: ScanState, from: number): Token | 'noise' {
  const { text } = state.source;
  const first = text.charCodeAt(from);
  if (first === 34 || first === 39) {
    if (!advance(state, QUOTED)) return unbalanced(state, from);
    const value = text.slice(from + 1, state.at - 1);
    // A quoted string that begins with a slash is a path for the grammar, unless it goes over several lines.
    return makeToken(state, value.startsWith('/') && !value.includes('\n') ? 'path' : 'string', from, { value });
  }
  if (text.startsWith('!=', from)) {
    state.at += 2;
    return makeToken(state, 'keyword', from, { key: '!=' });
  }
  ADDRESS6.lastIndex = from;
  const address = mayBeginAddress(first) ? ADDRESS6.exec(text)?.[0] : undefined;
  if (address !== undefined && isIPv6(address)) {
    state.at = from + address.length;
    return makeToken(state, 'ip', from);
  }
  if (!advance(state, WORD)) {
    state.at += 1;
    return makeToken(state, 'punctuation', from, { key: text[from] ?? '' });
  }
  const wordEnd = state.at;
  if (text[wordEnd] === '@') {
    state.at = from;
    if (advance(state, MAIL)) return makeToken(state, 'mail', from);
    state.at = wordEnd;
  }
  return classifyWord(state, from);
}

function classifyWord(state: ScanState, from: number): Token | 'noise' {
  const word = state.source.text.slice(from, state.at);
  if (isDigit(word.charCodeAt(0))) {
    if (/^\d+$/.test(word)) return makeToken(state, 'number', from);
    if (/^\d+\.\d+$/.test(word)) return makeToken(state, 'real', from);
  }
  const key = KEYWORDS.get(word) ?? KEYWORDS.get(word.toLowerCase());
  if (key === NOISE) return 'noise';
  if (key !== undefined) return makeToken(state, 'keyword', from, { key });
  return makeToken(state, word.startsWith('/') ? 'path' : 'string', from);
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

// A digit, a colon or a letter from a to f.
function mayBeginAddress(code: number): boolean {
  const lower = code | 32;
  return (code >= 48 && code <= 58) || (lower >= 97 && lower <= 102);
}

function unbalanced(state: ScanState, from: number): Token {
  state.at += 1;
  return makeToken(state, 'bad', from, { value: 'the quote is never closed' });
}

/** Moves over `pattern` (sticky) when it matches here. */
export function advance(state: ScanState, pattern: RegExp): boolean {
  pattern.lastIndex = state.at;
  if (!pattern.test(state.source.text)) return false;
  state.at = pattern.lastIndex;
  return true;
}
