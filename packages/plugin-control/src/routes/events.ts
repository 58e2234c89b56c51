import type { PluginSupervisor } from '@tappet/core';
import type { EventLine } from '../protocol.ts';
import type { EventHistory } from './event-history.ts';
import { readCount, readSwitch } from './read-as.ts';
import type { RouteTable } from './router.ts';

/** `GET /v1/events`: the last events, or a snapshot first and then each event as it happens. One JSON value a line. */
export function eventRoutes(supervisor: PluginSupervisor, history: EventHistory): RouteTable {
  return {
    'GET /v1/events': ({ query }) => {
      const follow = readSwitch(query, 'follow');
      const recent = readCount(query, 'recent') ?? (follow ? 0 : Infinity);
      return {
        kind: 'stream',
        contentType: 'application/x-ndjson',
        dropped: (events) => line({ type: 'dropped', events }),
        open(feed) {
          if (follow) feed.push(line({ type: 'snapshot', seq: history.lastSeq, status: supervisor.status() }), 1);
          for (const event of history.last(recent)) feed.push(line(event), 1);
          if (!follow) {
            feed.end();
            return () => undefined;
          }
          return history.follow({ event: (event) => feed.push(line(event), 1), end: () => feed.end() });
        },
      };
    },
  };
}

function line(value: EventLine): string {
  return `${JSON.stringify(value)}\n`;
}
