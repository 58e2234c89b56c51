import type { PluginSupervisor } from '@tappet/core';
import { json } from '../server/reply.ts';
import type { RouteTable } from './router.ts';
import { resolveNames } from './service-names.ts';

/** What can be looked at without changing anything. */
export function readingRoutes(supervisor: PluginSupervisor): RouteTable {
  return {
    'GET /v1/status': () => json(supervisor.status()),
    'GET /v1/services/:name': ({ params }) => json(supervisor.serviceStatus(single(supervisor, params.name))),
    'GET /v1/why/:name': ({ params }) => json(supervisor.why(single(supervisor, params.name))),
    'GET /v1/plugins': () => json(supervisor.plugins()),
  };
}

/** One service; of several instances the first. */
function single(supervisor: PluginSupervisor, name = ''): string {
  return resolveNames(supervisor, [name])[0] ?? name;
}
