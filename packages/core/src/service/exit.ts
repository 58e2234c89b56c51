/**
 * How an end is judged. `success`: the exit code is one of the service's success codes. `stopped`: it was asked to end and did.
 * `killed`: SIGKILL or SIGTERM (or code 137/143) that nobody here asked for. `failure`: anything else.
 * `unknown`: an adopted process whose exit code nobody could collect; counts as a failure unless a stop was asked for.
 */
export type ExitOutcome = 'success' | 'stopped' | 'killed' | 'failure' | 'unknown';

/** The end of a process. Exactly one of `code` and `signal` is set, neither when the outcome is `unknown`. */
export interface ExitInfo {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** True when a stop was asked for before it ended. */
  readonly requested: boolean;
  readonly uptimeMs: number;
  readonly outcome: ExitOutcome;
  /** True when the restart policy `on-failure` and `required` treat it as a failure. */
  readonly failure: boolean;
  /** Why it failed when it never came to run: the message of a spawn error, veto or failed pre_script. */
  readonly error?: string | undefined;
}
