import type {
  ErrorCode,
  IntentAction,
  PluginReport,
  ReloadReport,
  ServiceStatus,
  SupervisorStatus,
  WhyReport,
} from '@tappet/core';
import type {
  ErrorBody,
  EventLine,
  EventsRequest,
  LogLine,
  LogsRequest,
  OperationReport,
  OperationRequest,
} from '../protocol.ts';
import { ControlError } from './control-error.ts';
import { type HttpRequest, type HttpResponse, exchange } from './http.ts';
import { lines } from './lines.ts';

/** Which supervisor to talk to. */
export interface ClientOptions {
  /** Path of its control socket. */
  readonly socket: string;
  /** Limit on answers that need no waiting for a service. Default 5,000. */
  readonly timeoutMs?: number;
}

/** For every request. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Bytes of one service as they were written, or how many a slow reader missed. */
export type LogBytes =
  { readonly service: string; readonly stream: string; readonly bytes: Buffer } | { readonly droppedBytes: number };

/** A supervisor over its control socket. Every method rejects with a {@link ControlError}. */
export interface ControlClient {
  readonly socket: string;
  status(options?: CallOptions): Promise<SupervisorStatus>;
  service(name: string, options?: CallOptions): Promise<ServiceStatus>;
  why(name: string, options?: CallOptions): Promise<WhyReport>;
  plugins(options?: CallOptions): Promise<readonly PluginReport[]>;
  /** Starts services and what they depend on; resolves when they are ready, unless `wait` is false. */
  start(request: OperationRequest, options?: CallOptions): Promise<OperationReport>;
  stop(request: OperationRequest, options?: CallOptions): Promise<OperationReport>;
  restart(request: OperationRequest, options?: CallOptions): Promise<OperationReport>;
  signal(request: OperationRequest & { readonly signal: string }, options?: CallOptions): Promise<OperationReport>;
  reload(options?: CallOptions): Promise<ReloadReport>;
  /** Resolves when the shutdown has begun. */
  shutdown(reason?: string, options?: CallOptions): Promise<void>;
  /** Takes a quarantined tap back into service. */
  releaseTap(label: string, options?: CallOptions): Promise<void>;
  /** Calls what a plugin exposed. */
  call(plugin: string, method: string, params?: object, options?: CallOptions): Promise<unknown>;
  events(request?: EventsRequest, options?: CallOptions): AsyncIterable<EventLine>;
  logs(request?: LogsRequest, options?: CallOptions): AsyncIterable<LogBytes>;
}

/** A client for the supervisor behind a socket. Connects for each request, so it needs no closing. */
export function connect({ socket, timeoutMs = 5000 }: ClientOptions): ControlClient {
  async function send(request: Omit<HttpRequest, 'socket'>): Promise<HttpResponse> {
    const response = await exchange({ socket, ...request });
    if (response.status < 400) return response;
    throw refusal(response.status, await text(response));
  }
  async function ask<T>(path: string, options: CallOptions = {}): Promise<T> {
    return parse(await text(await send({ method: 'GET', path, timeoutMs, ...options }))) as T;
  }
  async function tell<T>(path: string, body: unknown, options: CallOptions = {}): Promise<T> {
    return parse(await text(await send({ method: 'POST', path, body, ...options }))) as T;
  }
  function operate(action: IntentAction): ControlClient['start'] {
    return (request, options) => tell(`/v1/services/${action}`, request, options);
  }

  return {
    socket,
    status: (options) => ask('/v1/status', options),
    service: (name, options) => ask(`/v1/services/${encodeURIComponent(name)}`, options),
    why: (name, options) => ask(`/v1/why/${encodeURIComponent(name)}`, options),
    plugins: (options) => ask('/v1/plugins', options),
    start: operate('start'),
    stop: operate('stop'),
    restart: operate('restart'),
    signal: operate('signal'),
    reload: (options) => tell('/v1/reload', {}, options),
    shutdown: (reason, options) => tell('/v1/shutdown', { reason }, options),
    releaseTap: (label, options) => tell('/v1/plugins/release', { label }, options),
    async call(plugin, method, params = {}, options = {}) {
      const path = `/v1/call/${encodeURIComponent(plugin)}/${encodeURIComponent(method)}`;
      return (await tell<{ result: unknown }>(path, params, options)).result;
    },
    async *events(request = {}, options = {}) {
      const response = await send({
        method: 'GET',
        path: `/v1/events?${query({ ...request })}`,
        timeoutMs,
        ...options,
      });
      for await (const line of lines(response.body)) yield parse(line) as EventLine;
    },
    async *logs({ names = [], ...request } = {}, options = {}) {
      const path = `/v1/logs?${query({ name: names, ...request })}`;
      const response = await send({ method: 'GET', path, timeoutMs, ...options });
      for await (const line of lines(response.body)) yield logBytes(parse(line) as LogLine);
    },
  };
}

/** The server is of the same version or says so in its answers: what it sends is taken for what its types say. */
function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new ControlError('cannot read the answer of the supervisor: it was cut off', {
      code: 'ERR_CONTROL_UNREACHABLE',
      cause,
    });
  }
}

function query(values: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) query.append(name, String(item));
  }
  return query.toString();
}

function logBytes(line: LogLine): LogBytes {
  if ('type' in line) return { droppedBytes: line.bytes };
  const bytes = 'text' in line ? Buffer.from(line.text) : Buffer.from(line.base64, 'base64');
  return { service: line.service, stream: line.stream, bytes };
}

async function text({ body }: HttpResponse): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

function refusal(status: number, body: string): ControlError {
  let error: Partial<ErrorBody> = {};
  try {
    error = JSON.parse(body) as Partial<ErrorBody>;
  } catch {
    // The server turned the connection away before it could say why in JSON.
  }
  return new ControlError(error.message ?? `cannot get an answer: HTTP status ${status}`, {
    code: (error.code ?? 'ERR_CONTROL_REQUEST') as ErrorCode,
    status,
    hint: error.hint,
    issues: error.issues as ControlError['issues'],
  });
}
