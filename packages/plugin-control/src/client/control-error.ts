import type { ConfigIssue, ErrorCode } from '@tappet/core';

/**
 * A request that could not be made or was refused. Not the core's class of the same fields: loading the core costs ten
 * times what a whole request does.
 */
export class ControlError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  /** HTTP status of the answer, 0 when there was none. */
  readonly status: number;
  /** Of a refused configuration. */
  readonly issues: readonly ConfigIssue[] | undefined;

  constructor(
    message: string,
    options: {
      code: ErrorCode;
      status?: number;
      hint?: string | undefined;
      issues?: readonly ConfigIssue[] | undefined;
      cause?: unknown;
    },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ControlError';
    this.code = options.code;
    this.hint = options.hint;
    this.status = options.status ?? 0;
    this.issues = options.issues;
  }
}
