import type { ErrorCode } from './codes.ts';

/** Fields of every {@link TappetError}. */
export interface TappetErrorOptions {
  /** Stable code from the table in `codes.ts`. */
  readonly code: ErrorCode;
  /** What the reader should do next, one sentence without a full stop at the end. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** An error that a user can act on: a stable code, a message of the form "cannot <do> <what>: <why>", and a hint. */
export class TappetError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(message: string, { code, hint, cause }: TappetErrorOptions) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = hint;
  }
}

/** Where an issue stands in a configuration: the keys from the root, array positions as numbers. */
export type ConfigPath = readonly (string | number)[];

/** One thing wrong with a configuration. `line` and `column` start at 1 and are absent when the source has no text. */
export interface ConfigIssue {
  readonly code: ErrorCode;
  readonly message: string;
  readonly path: ConfigPath;
  /** `key` when the name of the last path element is at fault, `value` (default) when its value is. */
  readonly at?: 'key' | 'value';
  readonly hint?: string | undefined;
  readonly severity?: 'error' | 'warning';
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** The offending line as it stands in the file. */
  readonly excerpt?: string | undefined;
}

/** A configuration that cannot be used. Carries every issue found, not only the first. */
export class ConfigError extends TappetError {
  readonly issues: readonly ConfigIssue[];

  constructor(issues: readonly ConfigIssue[], file?: string) {
    const where = file === undefined ? 'the configuration' : file;
    const count = issues.length === 1 ? '1 issue' : `${issues.length} issues`;
    super(`cannot use ${where}: ${count}: ${issues[0]?.message ?? 'unknown'}`, { code: 'ERR_CONFIG_INVALID' });
    this.issues = issues;
  }
}

/** A process that could not be started. */
export class SpawnError extends TappetError {
  constructor(message: string, options: Omit<TappetErrorOptions, 'code'> & { code?: ErrorCode } = {}) {
    super(message, { code: 'ERR_SPAWN_FAILED', ...options });
  }
}

/** Something that had to end did not end within its time limit. */
export class StopTimeoutError extends TappetError {
  constructor(message: string, options: Omit<TappetErrorOptions, 'code'> = {}) {
    super(message, { code: 'ERR_STOP_TIMEOUT', ...options });
  }
}

/** A plugin, or one of its taps, failed. Names both. */
export class PluginError extends TappetError {
  readonly plugin: string;
  readonly hook: string | undefined;

  constructor(message: string, options: TappetErrorOptions & { plugin: string; hook?: string }) {
    super(message, options);
    this.plugin = options.plugin;
    this.hook = options.hook;
  }
}

/** A control request that was refused. `status` is the HTTP status that carries it. */
export class ControlError extends TappetError {
  readonly status: number;

  constructor(message: string, options: TappetErrorOptions & { status: number }) {
    super(message, options);
    this.status = options.status;
  }
}
