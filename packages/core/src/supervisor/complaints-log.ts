import type { ConfigIssue } from '../errors/base.ts';
import type { Logger } from '../log.ts';

/** A log that keeps what plugins warn of as issues of the configuration. */
export function complaintsLog(issues: ConfigIssue[], plugin?: string): Logger {
  function keep(first: string | object, message?: string): void {
    const text = typeof first === 'string' ? first : (message ?? '');
    const whose = plugin === undefined ? '' : `plugin "${plugin}": `;
    const path = plugin === undefined ? [] : ['plugins', plugin];
    issues.push({ code: 'ERR_CONFIG_INVALID', severity: 'warning', message: `${whose}${text}`, path, at: 'key' });
  }
  return {
    debug() {},
    info() {},
    warn: keep,
    error: keep,
    child: (bindings) => complaintsLog(issues, typeof bindings['plugin'] === 'string' ? bindings['plugin'] : plugin),
  };
}
