import type { Cause } from '@tappet/core';
import type { EventLine } from '@tappet/plugin-control/client';
import { clockTime } from './clock-time.ts';
import { exitText } from './exit-text.ts';

type Event = Exclude<EventLine, { readonly type: 'snapshot' }>;

/** Any event in one line: time, who or what, and what happened. */
export function eventLine(event: Event): string {
  if (event.type === 'dropped') return `... ${event.events} events are missing: reading was too slow`;
  return `${clockTime(event.time)}  ${event.type.padEnd(8)}  ${whatHappened(event)}`;
}

function whatHappened(event: Exclude<Event, { readonly type: 'dropped' }>): string {
  switch (event.type) {
    case 'state':
      return `${event.service}: ${event.from} -> ${event.to} (${chain(event.cause)})`;
    case 'spawn':
      return `${event.service}: ${event.adopted ? 'took over' : 'started'} PID ${event.pid}`;
    case 'exit':
      return `${event.service}: ${exitText(event.exit)}`;
    case 'gave-up':
      return `${event.service}: given up after ${event.failures} failures in a row (${chain(event.cause)})`;
    case 'intent':
      return `${event.service}: ${event.actor} wants ${event.action}: ${event.outcome} (${chain(event.cause)})`;
    case 'reload':
      return `${event.added.length} added, ${event.removed.length} removed, ${event.restarted.length} restarted`;
    case 'started':
      return event.failed.length === 0 ? 'all services are up' : `not up: ${event.failed.join(', ')}`;
    case 'shutdown':
      return `exit code ${event.exitCode} (${chain(event.cause)})`;
    case 'plugin':
      return `${event.plugin}${event.hook === undefined ? '' : ` in ${event.hook}`}: ${event.message}`;
    case 'note':
      return `${event.level}: ${event.message}`;
    case 'custom':
      return `${event.name} ${JSON.stringify(event.data)}`;
  }
}

/** First cause first. */
function chain(cause: Cause): string {
  const parts: string[] = [];
  for (let link: Cause | undefined = cause; link !== undefined; link = link.causedBy) parts.unshift(link.reason);
  return parts.join(' → ');
}
