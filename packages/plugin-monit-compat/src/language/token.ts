import type { SourceText } from './place.ts';

/**
 * What a token is. The composite kinds are read by their own scanner mode and carry everything they hold:
 * `check` (type in `key`, name in `value`), `group`, `depends` (names in `items`), `every` (`key` cycles or cron),
 * `command` (`key` start, stop, restart, exec or path; argv in `items`), `headers`, `address`, `prose`.
 */
export type TokenKind =
  | 'keyword'
  | 'string'
  | 'path'
  | 'number'
  | 'real'
  | 'mail'
  | 'ip'
  | 'url'
  | 'punctuation'
  | 'check'
  | 'group'
  | 'depends'
  | 'every'
  | 'command'
  | 'headers'
  | 'address'
  | 'prose'
  | 'bad'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** The canonical keyword or punctuation; empty for values. */
  readonly key: string;
  /** The text as it stands in the file. */
  readonly raw: string;
  /** The value without quotes; for `bad` what is wrong with it. */
  readonly value: string;
  readonly items: readonly string[];
  readonly source: SourceText;
  readonly offset: number;
}
