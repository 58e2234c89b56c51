import type { Logger } from '@tappet/core';

type Level = 'info' | 'warn' | 'error';

/** A logger for people: `[WARN] plugin: message`. Debug lines are left out. */
export function textLogger(write: (text: string) => void, bindings: Readonly<Record<string, unknown>> = {}): Logger {
  function log(level: Level): Logger[Level] {
    return (first: object | string, second?: string) => {
      const fields: object = typeof first === 'string' ? {} : first;
      const message = typeof first === 'string' ? first : (second ?? '');
      write(`[${level.toUpperCase()}] ${who(bindings)}${message}${errorText(fields, message)}\n`);
    };
  }
  return {
    debug() {},
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: (more) => textLogger(write, { ...bindings, ...more }),
  };
}

function who(bindings: Readonly<Record<string, unknown>>): string {
  return Object.values(bindings)
    .filter((value) => typeof value === 'string')
    .map((value) => `${value}: `)
    .join('');
}

/** pino's own key for an error. Messages often have its text already. */
function errorText(fields: object, message: string): string {
  if (!('err' in fields) || !(fields.err instanceof Error)) return '';
  return message.includes(fields.err.message) ? '' : `: ${fields.err.message}`;
}
