/** The command line is wrong. Light on purpose: the core's error classes come with all of the core. */
export class UsageError extends Error {
  readonly code: 'ERR_USAGE' | 'ERR_CONTROL_AMBIGUOUS' | 'ERR_CONTROL_UNREACHABLE';
  readonly hint: string | undefined;

  constructor(message: string, options: { hint?: string | undefined; code?: UsageError['code'] } = {}) {
    super(message);
    this.name = 'UsageError';
    this.code = options.code ?? 'ERR_USAGE';
    this.hint = options.hint;
  }
}
