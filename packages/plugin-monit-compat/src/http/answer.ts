import { timingSafeEqual } from 'node:crypto';
import type { ServiceAction } from '../engine/action.ts';
import type { MonitEvent } from '../engine/event.ts';
import type { ServerFacts } from '../report/server-facts.ts';
import type { ServiceReport } from '../report/service-report.ts';
import { reportText, statusText, summaryText } from '../report/text.ts';
import { statusXml } from '../report/xml.ts';
import { sameName } from '../model/configuration.ts';
import { aboutPage, eventsPage, homePage, messagePage, runtimePage, servicePage } from './pages.ts';

/** A request that was let in. */
export interface PageRequest {
  readonly method: string;
  readonly url: string;
  readonly cookie: string | undefined;
  /** The form of a POST. */
  readonly body: string;
  readonly isReadOnly: boolean;
}

export interface PageReply {
  readonly status: number;
  readonly type: 'text/html' | 'text/plain' | 'text/xml';
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the pages show and do. */
export interface PageSource {
  readonly token: string;
  server(): ServerFacts;
  reports(): readonly ServiceReport[];
  events(): readonly { readonly wallMs: number; readonly event: MonitEvent }[];
  /** Hands the action over; it is carried out on its own. */
  act(action: ServiceAction, service: string): void;
}

const ACTIONS: readonly ServiceAction[] = ['start', 'stop', 'restart', 'monitor', 'unmonitor'];

/** Answers one request. Reading changes nothing; an action needs POST, full access and the token of the cookie in the form. */
export function answer(request: PageRequest, source: PageSource): PageReply {
  const url = URL.parse(request.url, 'http://localhost');
  const path = url === null ? undefined : decoded(url.pathname);
  if (url === null || path === undefined) return notFound('this is no address');
  if (request.method === 'POST') return act(request, path, source);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return message(501, 'Not implemented', `the method ${request.method} is not known here`);
  return read(request, { path, query: url.searchParams }, source);
}

function read(
  request: PageRequest,
  { path, query }: { path: string; query: URLSearchParams },
  source: PageSource,
): PageReply {
  const server = source.server();
  const input = { server, token: request.isReadOnly ? undefined : source.token };
  const reports = source.reports();
  switch (path) {
    case '/':
      return page(homePage(reports, input), source);
    case '/_ping':
      return text('pong');
    case '/_getid':
      return text(server.id);
    case '/_status': {
      const group = query.get('group');
      const name = query.get('service');
      const chosen = reports.filter(
        ({ service }) =>
          (group === null || service.groups.some((candidate) => sameName(candidate, group))) &&
          (name === null || sameName(service.name, name)),
      );
      return query.get('format') === 'xml'
        ? { status: 200, type: 'text/xml', body: statusXml(chosen, server) }
        : text(statusText(chosen, server));
    }
    case '/_summary':
      return text(summaryText(reports, server));
    case '/_report': {
      const counts = reportText(reports, query.get('type') ?? '');
      return counts === undefined ? message(400, 'Bad request', 'there is no such type of report') : text(counts);
    }
    case '/_runtime':
      return page(runtimePage(input), source);
    case '/_viewlog':
      return page(eventsPage(source.events(), input), source);
    case '/_about':
      return page(aboutPage(input), source);
  }
  const report = find(reports, path.slice(1));
  return report === undefined ? notFound('there is no such service') : page(servicePage(report, input), source);
}

function act(request: PageRequest, path: string, source: PageSource): PageReply {
  const form = new URLSearchParams(request.body);
  if (request.isReadOnly) return message(403, 'Forbidden', 'this account may only read');
  if (!hasToken(request.cookie, form.get('securitytoken')))
    return message(403, 'Forbidden', 'the form does not carry the security token of the cookie');
  const action = ACTIONS.find((candidate) => candidate === form.get('action'));
  if (action === undefined) return message(400, 'Bad request', 'there is no such action');
  const names = path === '/_doaction' ? form.getAll('service') : [path.slice(1)];
  const reports = source.reports();
  const targets = names.map((name) => find(reports, name));
  if (targets.length === 0 || targets.includes(undefined)) return notFound('there is no such service');
  for (const target of targets) if (target !== undefined) source.act(action, target.service.name);
  const location = path === '/_doaction' ? '/' : path;
  return { status: 302, type: 'text/html', body: '', headers: { location: encodeURI(location) } };
}

/** The cookie and the form must say the same: another site can send a form, but knows and sets no cookie of ours. */
function hasToken(cookie: string | undefined, given: string | null): boolean {
  const kept = /(?:^|;\s*)securitytoken=([^;]*)/.exec(cookie ?? '')?.[1];
  if (kept === undefined || given === null || given === '') return false;
  const [a, b] = [Buffer.from(kept), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function find(reports: readonly ServiceReport[], name: string): ServiceReport | undefined {
  return reports.find(({ service }) => sameName(service.name, name));
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function page(body: string, { token }: PageSource): PageReply {
  return {
    status: 200,
    type: 'text/html',
    body,
    headers: { 'set-cookie': `securitytoken=${token}; Path=/; HttpOnly; SameSite=Strict` },
  };
}

function text(body: string): PageReply {
  return { status: 200, type: 'text/plain', body };
}

function message(status: number, title: string, words: string): PageReply {
  return { status, type: 'text/html', body: messagePage(title, words) };
}

function notFound(words: string): PageReply {
  return message(404, 'Not found', words);
}
