import type { PluginSupervisor } from '@tappet/core';
import type { RequestHandler } from '../server/server.ts';
import type { EventHistory } from './event-history.ts';
import { eventRoutes } from './events.ts';
import { lifecycleRoutes } from './lifecycle.ts';
import { logRoutes } from './logs.ts';
import { operationRoutes } from './operations.ts';
import { readingRoutes } from './reading.ts';
import { createRouter } from './router.ts';

/** Every request that a supervisor answers. */
export function createRoutes(supervisor: PluginSupervisor, history: EventHistory): RequestHandler {
  return createRouter({
    ...readingRoutes(supervisor),
    ...operationRoutes(supervisor),
    ...lifecycleRoutes(supervisor),
    ...logRoutes(supervisor),
    ...eventRoutes(supervisor, history),
  });
}
