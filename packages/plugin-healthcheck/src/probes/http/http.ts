import type { ProbeDefinition, ProbeIo } from '../definition.ts';
import { defineProbe } from '../definition.ts';
import { ProbeFailure, type ProbeFinding } from '../result.ts';
import type { HttpAuth, HttpDescription } from './description.ts';
import { exchange } from './exchange.ts';
import { judgeAnswer } from './judge.ts';
import { httpOptions } from './options.ts';
import type { HttpRequest } from './request.ts';

/** An HTTP request whose answer has the right status, and optionally the right body. Takes http and https URLs. */
export const http: ProbeDefinition<'http', HttpDescription> = defineProbe({
  name: 'http',
  short: 'url',
  options: httpOptions(['http', 'https']),
  describe,
  attempt,
});

/** The same over TLS only. */
export const https: ProbeDefinition<'https', HttpDescription> = defineProbe({
  name: 'https',
  short: 'url',
  options: httpOptions(['https']),
  describe,
  attempt,
});

function describe({ method, url, socket }: HttpDescription): string {
  return `http ${method} ${url}${socket === undefined ? '' : ` at unix:${socket}`}`;
}

async function attempt(description: HttpDescription, io: ProbeIo): Promise<ProbeFinding> {
  let request = requestOf(description);
  for (let followed = 0; ; followed++) {
    const answer = await exchange(request, description, io);
    const isRedirect =
      answer.status >= 300 && answer.status < 400 && answer.location !== undefined && answer.status !== 304;
    if (!isRedirect || description.redirects === 0) return judgeAnswer(answer, description);
    if (followed >= description.redirects)
      throw new ProbeFailure(`more than ${description.redirects} redirects`, { status: answer.status });
    request = redirected(request, answer, description);
  }
}

/** Checks send the same request again and again. */
const requests = new WeakMap<HttpDescription, HttpRequest>();

function requestOf(description: HttpDescription): HttpRequest {
  const request = requests.get(description) ?? firstRequest(description);
  requests.set(description, request);
  return request;
}

function firstRequest({ url, method, headers, data, auth }: HttpDescription): HttpRequest {
  const own: Record<string, string> = { 'user-agent': 'tappet', accept: '*/*' };
  for (const [name, value] of Object.entries(headers)) own[name.toLowerCase()] = value;
  if (auth !== undefined) own['authorization'] = authorization(auth);
  if (data !== undefined) own['content-length'] = String(Buffer.byteLength(data));
  return { url: new URL(url), method, headers: own, data };
}

function authorization(auth: HttpAuth): string {
  if ('bearer' in auth) return `Bearer ${auth.bearer}`;
  return `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}`;
}

/** The request that a redirect asks for (RFC 9110, 15.4). Never leaves http and https, nor a unix socket. */
function redirected(
  request: HttpRequest,
  answer: { status: number; location: string | undefined },
  { socket }: HttpDescription,
): HttpRequest {
  const { status, location = '' } = answer;
  const url = URL.parse(location, request.url.href);
  if (url === null)
    throw new ProbeFailure(`a redirect to ${JSON.stringify(location.slice(0, 200))}, which is not a URL`, { status });
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new ProbeFailure(
      `a redirect to the scheme "${url.protocol.slice(0, -1)}", only http and https are followed`,
      { status },
    );
  }
  const isSameOrigin = url.origin === request.url.origin;
  if (socket !== undefined && !isSameOrigin)
    throw new ProbeFailure(`a redirect from the unix socket to ${url.origin}`, { status });
  const asGet = status === 303 || ((status === 301 || status === 302) && request.method === 'POST');
  return {
    url,
    method: asGet && request.method !== 'HEAD' ? 'GET' : request.method,
    headers: carriedHeaders(request.headers, { isSameOrigin, asGet }),
    data: asGet ? undefined : request.data,
  };
}

function carriedHeaders(
  headers: HttpRequest['headers'],
  { isSameOrigin, asGet }: { isSameOrigin: boolean; asGet: boolean },
): Record<string, string> {
  const dropped = new Set([
    ...(isSameOrigin ? [] : ['authorization', 'cookie', 'host']),
    ...(asGet ? ['content-length', 'content-type'] : []),
  ]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name)));
}
