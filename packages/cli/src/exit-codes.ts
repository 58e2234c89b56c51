/** What the exit codes of `tappet` mean. */
export interface ExitCodes {
  readonly fine: 0;
  /** The operation or a required service failed. */
  readonly failed: 1;
  /** The command line or the configuration is wrong. */
  readonly usage: 2;
  /** No supervisor is running. */
  readonly noSupervisor: 3;
  /** A service is not known. */
  readonly unknownService: 4;
}

/** The exit codes of `tappet`. */
export const EXIT: ExitCodes = Object.freeze({ fine: 0, failed: 1, usage: 2, noSupervisor: 3, unknownService: 4 });

/** The exit code for an error, by its code. */
export function exitCodeOf(error: unknown): number {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'ERR_SERVICE_UNKNOWN') return EXIT.unknownService;
  if (code === 'ERR_CONTROL_UNREACHABLE') return EXIT.noSupervisor;
  if (USAGE.has(code) || code.startsWith('ERR_CONFIG_') || code.startsWith('ERR_PLUGIN_NOT')) return EXIT.usage;
  return EXIT.failed;
}

const USAGE: ReadonlySet<string> = new Set([
  'ERR_USAGE',
  'ERR_CONTROL_AMBIGUOUS',
  'ERR_RELOAD_FAILED',
  'ERR_PLUGIN_INVALID',
  'ERR_PLUGIN_VERSION',
  'ERR_PLUGIN_ORDER',
]);
