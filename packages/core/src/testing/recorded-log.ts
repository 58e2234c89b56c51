import type { Logger } from '../log.ts';

/** One line that was logged. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** From the logger's bindings: the plugin that wrote it. */
  readonly plugin: string | undefined;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A logger that keeps its lines. */
export function recordedLog(lines: LogLine[], bindings: Readonly<Record<string, unknown>> = {}): Logger {
  const write =
    (level: LogLine['level']) =>
    (first: object | string, message = ''): void => {
      const fields = typeof first === 'string' ? bindings : { ...bindings, ...first };
      const plugin = typeof fields['plugin'] === 'string' ? fields['plugin'] : undefined;
      lines.push({ level, plugin, message: typeof first === 'string' ? first : message, fields });
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (more) => recordedLog(lines, { ...bindings, ...more }),
  };
}
