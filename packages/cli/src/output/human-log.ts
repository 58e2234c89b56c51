import type { SupervisorEvent } from '@tappet/core';
import { exitText } from './exit-text.ts';

/** What is known of the services besides their events. */
export interface KnownServices {
  isOneshot(service: string): boolean;
}

/** The line that `tappet up` prints for an event, undefined for one that is not worth a line. Without a newline. */
export function formatEvent(event: SupervisorEvent, known: KnownServices = NOTHING_KNOWN): string | undefined {
  switch (event.type) {
    case 'note':
      return noteLine(event);
    case 'state':
      return stateLine(event, known);
    case 'spawn':
      return event.adopted ? `[INFO] Took over service: ${event.service} (PID: ${event.pid})` : undefined;
    case 'exit':
      return exitLine(event);
    case 'gave-up':
      return (
        `[ERROR] Service ${event.service} failed ${event.failures} times in a row and is not restarted any more ` +
        `(see "tappet why ${event.service}")`
      );
    case 'started':
      return startedLine(event);
    case 'reload':
      return `[INFO] Configuration reloaded: ${reloadText(event)}`;
    case 'shutdown':
      // After the failure of a required service the notes have said it already.
      return event.exitCode === 0 ? `[INFO] Initiating graceful shutdown: ${event.cause.reason}` : undefined;
    case 'plugin':
      return `[WARN] Plugin ${event.plugin}${event.hook === undefined ? '' : ` (${event.hook})`}: ${event.message}`;
    case 'intent':
    case 'custom':
      return undefined;
  }
}

type EventOf<Type extends SupervisorEvent['type']> = Extract<SupervisorEvent, { readonly type: Type }>;

const NOTHING_KNOWN: KnownServices = { isOneshot: () => false };

/**
 * Notes come as text. Those about one service and warnings get their level; sentences about the whole (`CRITICAL: …`,
 * `Releasing resources...`) stand for themselves, as in the log this one is modelled on.
 */
function noteLine({ level, message, service }: EventOf<'note'>): string {
  if (level === 'warn') return `[WARN] ${message}`;
  const isSentence = /^[A-Z]/.test(message);
  if (level === 'error') return isSentence ? message : `[ERROR] ${message}`;
  return service === undefined && isSentence ? message : `[INFO] ${message}`;
}

function stateLine({ service, from, to, pid, cause }: EventOf<'state'>, known: KnownServices): string | undefined {
  switch (to) {
    case 'RUNNING':
      // Straight from rest: it was taken over, and the spawn event says so.
      if (from === 'STOPPED') return undefined;
      return known.isOneshot(service) ? undefined : `[INFO] Service ${service} is running${pidText(pid)}`;
    case 'STOPPING':
      return `Stopping service: ${service}`;
    case 'BACKOFF':
      return `[WARN] Service ${service}: ${cause.reason}`;
    case 'FAILED':
      return changeLine(service, from, to);
    case 'STOPPED':
      if (from === 'STOPPING') return `[INFO] Service ${service} stopped`;
      return known.isOneshot(service) || from === 'PENDING' ? undefined : changeLine(service, from, to);
    case 'PENDING':
    case 'STARTING':
      return undefined;
  }
}

function pidText(pid: number | undefined): string {
  return pid === undefined ? '' : ` (PID: ${pid})`;
}

function changeLine(service: string, from: string, to: string): string {
  return `Service '${service}' state changed: ${from} -> ${to}`;
}

function exitLine({ service, exit }: EventOf<'exit'>): string | undefined {
  if (exit.requested) return undefined;
  if (exit.outcome === 'success') return `[INFO] Service ${service} completed successfully`;
  if (exit.error === undefined) return `Service '${service}' ${exitText(exit)}`;
  return exit.error.includes(service) ? `[ERROR] ${exit.error}` : `[ERROR] ${service}: ${exit.error}`;
}

function startedLine({ failed, services }: EventOf<'started'>): string {
  if (services === 0) return '[INFO] No service is enabled';
  if (failed.length === 0) return '[INFO] All services started successfully';
  return `[WARN] Not every service started: ${failed.join(', ')} failed`;
}

function reloadText({ added, removed, restarted, updated }: EventOf<'reload'>): string {
  const parts = Object.entries({ added, removed, restarted, updated })
    .filter(([, names]) => names.length > 0)
    .map(([verb, names]) => `${verb} ${names.join(', ')}`);
  return parts.length === 0 ? 'nothing to change' : parts.join('; ');
}
