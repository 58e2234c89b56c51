import { ControlError } from '@tappet/core';
import { PatternRouter } from 'hono/router/pattern-router';
import { parseBody } from '../server/body.ts';
import type { Reply } from '../server/reply.ts';
import type { ControlRequest, RequestHandler } from '../server/server.ts';

/** A request with the parts of its path and its body taken apart. */
export interface RouteRequest {
  /** The values of `:name` parts, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

/** Answers one route. A throw becomes an error answer. */
export type Route = (request: RouteRequest) => Reply | Promise<Reply>;

/** Routes by method and path, such as `GET /v1/services/:name`. Nothing that is not in this table is ever called. */
export type RouteTable = Readonly<Record<`${'GET' | 'POST'} /v1/${string}`, Route>>;

/**
 * Dispatches requests through a table with hono's router. Only the router: hono's own request and response
 * are those of fetch, and loading fetch costs a daemon 14 MB that every fork then pays for.
 */
export function createRouter(table: RouteTable): RequestHandler {
  const router = new PatternRouter<Route>();
  const methods = new Set<string>();
  for (const [key, route] of Object.entries(table)) {
    const [method = '', path = ''] = key.split(' ');
    methods.add(method);
    router.add(method, path, route);
  }

  return async (request) => {
    const found = match(router, request.method, request.path);
    if (found === undefined)
      throw notFound(
        request,
        [...methods].filter((m) => match(router, m, request.path)),
      );
    const { query, signal } = request;
    return found.route({ params: decode(found.params), query, body: parseBody(request.body), signal });
  };
}

function match(
  router: PatternRouter<Route>,
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } | undefined {
  const [entry] = router.match(method, path)[0];
  if (entry === undefined) return undefined;
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(entry[1])) params[name] = String(value);
  return { route: entry[0], params };
}

function decode(params: Record<string, string>): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    throw new ControlError('cannot read the path: it is not valid percent-encoding', {
      code: 'ERR_CONTROL_REQUEST',
      status: 400,
    });
  }
}

function notFound({ method, path }: ControlRequest, allowed: readonly string[]): ControlError {
  const wrongMethod = allowed.length > 0;
  return new ControlError(`cannot ${method} ${path}: ${wrongMethod ? 'wrong method' : 'no such route'}`, {
    code: 'ERR_CONTROL_REQUEST',
    status: wrongMethod ? 405 : 404,
    hint: wrongMethod ? `use ${allowed.join(' or ')}` : 'every route begins with /v1/, such as /v1/status',
  });
}
