import { nearest } from '@tappet/core';
import type { IssueList } from './issue-list.ts';
import type { Place } from './place.ts';
import type { TokenSource } from './scanner.ts';
import type { Token } from './token.ts';

/** Ends the statement being read; the parser catches it, reports it and goes on with the next statement. */
export class SyntaxFault extends Error {
  readonly token: Token;
  readonly hint: string | undefined;

  constructor(message: string, token: Token, hint?: string) {
    super(message);
    this.token = token;
    this.hint = hint;
  }
}

/** Reads tokens one after the other and says what was expected when something else stands there. */
export class TokenCursor {
  readonly issues: IssueList;
  readonly #source: TokenSource;
  /** Tokens behind the current one that somebody looked at. */
  readonly #ahead: Token[] = [];
  #current: Token;
  #last: Token | undefined;
  #position = 0;

  constructor(source: TokenSource, issues: IssueList) {
    this.#source = source;
    this.#current = source.next();
    this.issues = issues;
  }

  /** How many tokens were taken. */
  get position(): number {
    return this.#position;
  }

  peek(ahead = 0): Token {
    if (ahead === 0) return this.#current;
    while (this.#ahead.length < ahead) this.#ahead.push(this.#source.next());
    return this.#ahead[ahead - 1] ?? this.#current;
  }

  next(): Token {
    const token = this.#current;
    if (token.kind === 'end') return token;
    this.#last = token;
    this.#position += 1;
    this.#current = this.#ahead.shift() ?? this.#source.next();
    return token;
  }

  /** True when the keyword or punctuation stands here. */
  is(key: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.key === key && (token.kind === 'keyword' || token.kind === 'punctuation');
  }

  take(...keys: readonly string[]): Token | undefined {
    const { kind, key } = this.peek();
    return (kind === 'keyword' || kind === 'punctuation') && keys.includes(key) ? this.next() : undefined;
  }

  expect(key: string, what = `"${key}"`): Token {
    if (this.is(key)) return this.next();
    throw this.fault(what);
  }

  /** One of the keywords, as its canonical spelling. */
  expectOne<const K extends string>(keys: readonly K[], what: string): K {
    const token = this.peek();
    const key = token.kind === 'keyword' ? keys.find((candidate) => candidate === token.key) : undefined;
    if (key === undefined) throw this.fault(what, keys);
    this.next();
    return key;
  }

  number(what: string): number {
    if (this.peek().kind !== 'number') throw this.fault(what);
    return Number(this.next().raw);
  }

  numberOrReal(what: string): number {
    const { kind } = this.peek();
    if (kind !== 'number' && kind !== 'real') throw this.fault(what);
    return Number(this.next().raw);
  }

  /** A string. In lenient mode a bare keyword or number also counts, with a warning. */
  string(what: string): Token {
    const token = this.peek();
    if (token.kind === 'string') return this.next();
    if (this.issues.mode === 'lenient' && token.kind === 'keyword' && token.raw !== '' && /^[a-z]/i.test(token.raw)) {
      this.issues.warn({
        at: token,
        message: `"${token.raw}" is a keyword and stands as ${what}: newer releases need it in quotes`,
      });
      return { ...this.next(), kind: 'string', value: token.raw };
    }
    throw this.fault(what);
  }

  path(what: string): Token {
    if (this.peek().kind !== 'path') throw this.fault(`${what}, a path that begins with "/"`);
    return this.next();
  }

  stringOrPath(what: string): Token {
    return this.peek().kind === 'path' ? this.next() : this.string(what);
  }

  /** An error saying what was expected at the token that stands here. */
  fault(expected: string, candidates: readonly string[] = []): SyntaxFault {
    const token = this.peek();
    if (token.kind === 'bad') return new SyntaxFault(`cannot read "${firstLine(token.raw)}": ${token.value}`, token);
    const found = token.kind === 'end' ? 'the file ends' : `"${firstLine(token.raw)}" stands there`;
    const suggestion = token.kind === 'string' ? nearest(token.value, candidates) : undefined;
    return new SyntaxFault(
      `cannot read the statement: expected ${expected}, but ${found}`,
      token,
      suggestion === undefined ? undefined : `did you mean "${suggestion}"?`,
    );
  }

  place(token: Token = this.peek()): Place {
    return token.source.locate(token.offset);
  }

  /** The text between a token and the token before the cursor on one line, comments left out. */
  textSince(first: Token): string {
    const last = this.#last ?? first;
    const raw =
      last.source === first.source
        ? first.source.text.slice(first.offset, last.offset + last.raw.length)
        : `${first.raw} … ${last.raw}`;
    const code = raw.includes('#') ? raw.replace(/(^|\s)#[^\n]*/g, '$1') : raw;
    return /[\t\r\n]| {2}/.test(code) ? code.replace(/\s+/g, ' ').trim() : code;
  }
}

function firstLine(text: string): string {
  const line = text.split('\n', 1)[0] ?? '';
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}
