import type { ConfigIssue, ErrorCode } from '@tappet/core';
import type { Place } from './place.ts';
import type { Token } from './token.ts';

/** Strict decides like the reference program; lenient takes what other releases take, with a warning. */
export type LanguageMode = 'strict' | 'lenient';

export interface IssueInput {
  readonly message: string;
  readonly at: Token | Place;
  readonly code?: ErrorCode;
  readonly hint?: string | undefined;
}

/** Collects what is wrong with a control file. */
export class IssueList {
  readonly mode: LanguageMode;
  readonly #issues: ConfigIssue[] = [];
  /** The service whose body is being read; stands in the path of its issues. */
  service: string | undefined;

  constructor(mode: LanguageMode) {
    this.mode = mode;
  }

  get all(): readonly ConfigIssue[] {
    return this.#issues;
  }

  get hasErrors(): boolean {
    return this.#issues.some((issue) => issue.severity !== 'warning');
  }

  error(input: IssueInput): void {
    this.#push(input, 'error');
  }

  warn(input: IssueInput): void {
    this.#push(input, 'warning');
  }

  /** An error in strict mode, a warning in lenient mode. */
  deviation(input: IssueInput): void {
    this.#push(input, this.mode === 'strict' ? 'error' : 'warning');
  }

  #push({ message, at, code = 'ERR_CONFIG_SYNTAX', hint }: IssueInput, severity: 'error' | 'warning'): void {
    const place = 'source' in at ? at.source.locate(at.offset) : at;
    this.#issues.push({
      code,
      message,
      severity,
      path: this.service === undefined ? [] : [this.service],
      hint,
      file: place.file,
      line: place.line,
      column: place.column,
      excerpt: 'source' in at ? at.source.line(place.line) : undefined,
    });
  }
}
