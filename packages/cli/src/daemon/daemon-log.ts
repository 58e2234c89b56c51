import type { Logger, SupervisorEvent, SupervisorExit } from '@tappet/core';
import { type KnownServices, formatEvent } from '../output/human-log.ts';
import { textLogger } from './text-logger.ts';

/** The log of a daemon: lines for people, or pino's. */
export interface DaemonLog {
  /** For the supervisor and its plugins. */
  readonly logger: Logger;
  event(event: SupervisorEvent, known: KnownServices): void;
  /** Whole lines that a service wrote. */
  output(service: string, lines: Uint8Array): void;
  ended(exit: SupervisorExit): void;
}

/** Makes one that writes with `write`, which must not throw. */
export function createDaemonLog({
  format,
  write,
}: {
  format: 'text' | 'json';
  write: (text: string) => void;
}): Promise<DaemonLog> {
  return format === 'json'
    ? import('./json-log.ts').then(({ jsonLog }) => jsonLog(write))
    : Promise.resolve(textLog(write));
}

function textLog(write: (text: string) => void): DaemonLog {
  return {
    logger: textLogger(write),
    event(event, known) {
      const line = isLogged(event) ? undefined : formatEvent(event, known);
      if (line !== undefined) write(`${line}\n`);
    },
    output: (_service, lines) => write(Buffer.from(lines).toString('utf8')),
    ended: ({ exitCode }) => write(`Supervisor exiting with code ${exitCode}\n`),
  };
}

/** What goes wrong with a plugin is an event for followers, and the plugin host has logged it with the error itself. */
export function isLogged(event: SupervisorEvent): boolean {
  return event.type === 'plugin';
}
