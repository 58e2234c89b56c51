import { pino } from 'pino';
import type { SupervisorEvent } from '@tappet/core';
import { formatEvent } from '../output/human-log.ts';
import { type DaemonLog, isLogged } from './daemon-log.ts';

/** pino's lines, written in order and at once: no transport, so nothing is lost with the process. */
export function jsonLog(write: (text: string) => void): DaemonLog {
  const logger = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write });
  return {
    logger,
    event(event, known) {
      if (isLogged(event)) return;
      const message = event.type === 'note' ? event.message : formatEvent(event, known);
      logger[levelOf(event)](fieldsOf(event), message ?? event.type);
    },
    output(service, lines) {
      for (const line of Buffer.from(lines).toString('utf8').split('\n')) {
        if (line !== '') logger.info({ event: 'output', service }, line);
      }
    },
    ended({ exitCode, reason }) {
      logger.info({ event: 'exit', exitCode, reason }, `Supervisor exiting with code ${exitCode}`);
    },
  };
}

/** Everything of an event but what pino has keys of its own for: time, level and message. */
function fieldsOf(event: SupervisorEvent): object {
  const { type, time: _time, ...fields } = event;
  const { level: _level, message: _message, ...rest } = { level: undefined, message: undefined, ...fields };
  return { event: type, ...rest };
}

function levelOf(event: SupervisorEvent): 'debug' | 'info' | 'warn' | 'error' {
  switch (event.type) {
    case 'note':
      return event.level;
    case 'exit':
      return event.exit.failure ? 'error' : 'info';
    case 'gave-up':
      return 'error';
    case 'plugin':
      return 'warn';
    case 'started':
      return event.failed.length === 0 ? 'info' : 'warn';
    case 'state':
      return event.to === 'FAILED' ? 'error' : 'info';
    case 'spawn':
    case 'intent':
    case 'reload':
    case 'shutdown':
    case 'custom':
      return 'info';
  }
}
