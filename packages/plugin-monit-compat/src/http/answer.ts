import { timingSafeEqual } from 'node:crypto';
import type { ServiceAction } from '../engine/action.ts';
import type { MonitEvent } from '../engine/event.ts';
import type { FullReport } from '../report/late-figures.ts';
import type { ServerFacts } from '../report/server-facts.ts';
import type { ServiceReport } from '../report/service-report.ts';
import { findReport, readPage } from './read-page.ts';
import { noSuchService, type PageReply, refuse, reply } from './reply.ts';

export type { PageReply } from './reply.ts';

/** A request that was let in. */
export interface PageRequest {
  readonly method: string;
  readonly url: string;
  readonly cookie: string | undefined;
  /** The form of a POST. */
  readonly body: string;
  readonly isReadOnly: boolean;
}

/** What the pages show and do. */
export interface PageSource {
  readonly token: string;
  server(): ServerFacts;
  reports(): readonly ServiceReport[];
  /** The same with what no rule asks for. */
  full(reports: readonly ServiceReport[]): readonly FullReport[];
  events(): readonly { readonly wallMs: number; readonly event: MonitEvent }[];
  /** Hands the action over; it is carried out on its own. */
  act(action: ServiceAction, service: string): void;
}

const ACTIONS: readonly ServiceAction[] = ['start', 'stop', 'restart', 'monitor', 'unmonitor'];

/**
 * Answers one request. Reading changes nothing; an action needs POST, full access and the token of the cookie in the form. Whoever may
 * read gets the cookie with what is read.
 */
export function answer(request: PageRequest, source: PageSource): PageReply {
  const url = URL.parse(request.url, 'http://localhost');
  const path = url === null ? undefined : decoded(url.pathname);
  if (url === null || path === undefined) return refuse(404, 'Not found', 'This is no address.');
  const { method, isReadOnly } = request;
  if (method === 'POST') return post(request, path, source);
  if (method !== 'GET' && method !== 'HEAD')
    return refuse(501, 'Not implemented', `The method ${method} is not known here.`);
  const page = readPage({ path, parameters: url.searchParams, isReadOnly }, source);
  return page === undefined ? noSuchService(path.slice(1)) : withCookie(page, source);
}

/** The command line of the reference program asks for its figures by POST too: that reads, and needs the token all the same. */
function post(request: PageRequest, path: string, source: PageSource): PageReply {
  const form = new URLSearchParams(request.body);
  if (!hasToken(request.cookie, form.get('securitytoken')))
    return refuse(403, 'Forbidden', 'The form does not carry the security token of the cookie.');
  const isForAll = path === '/_doaction';
  const service = findReport(source.reports(), path.slice(1))?.service;
  if (!isForAll && service === undefined) {
    const page = readPage({ path, parameters: form, isReadOnly: request.isReadOnly }, source);
    return page === undefined ? noSuchService(path.slice(1)) : movedTo(path, withCookie(page, source));
  }
  if (request.isReadOnly) return refuse(403, 'Forbidden', 'This account may only read.');
  const problem = act(form, isForAll ? form.getAll('service') : [service?.name ?? ''], source);
  return problem ?? movedTo(isForAll ? '/' : path, withCookie(reply('text/html', ''), source));
}

function act(form: URLSearchParams, names: readonly string[], source: PageSource): PageReply | undefined {
  const wanted = form.get('action');
  if (wanted === null) return undefined;
  const action = ACTIONS.find((candidate) => candidate === wanted);
  if (action === undefined) return refuse(400, 'Bad request', `There is no action "${wanted}".`);
  const reports = source.reports();
  const unknown = names.find((name) => findReport(reports, name) === undefined);
  if (unknown !== undefined) return refuse(400, 'Bad request', `There is no service named "${unknown}".`);
  for (const name of names) source.act(action, findReport(reports, name)?.service.name ?? name);
  return undefined;
}

/** The cookie and the form must say the same: another site can send a form, but knows and sets no cookie of ours. */
function hasToken(cookie: string | undefined, given: string | null): boolean {
  const kept = /(?:^|;\s*)securitytoken=([^;]*)/.exec(cookie ?? '')?.[1];
  if (kept === undefined || given === null || given === '') return false;
  const [a, b] = [Buffer.from(kept), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function withCookie(page: PageReply, { token }: PageSource): PageReply {
  if (page.status !== 200) return page;
  return { ...page, headers: { 'set-cookie': `securitytoken=${token}; Path=/; HttpOnly; SameSite=Strict` } };
}

// A browser that sent a form shows the page by GET, so that loading it again sends nothing.
function movedTo(path: string, page: PageReply): PageReply {
  if (page.status >= 400) return page;
  return { ...page, status: 302, headers: { ...page.headers, location: encodeURI(path) } };
}
