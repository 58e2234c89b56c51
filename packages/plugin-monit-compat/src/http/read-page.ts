import { sameName } from '../model/configuration.ts';
import type { ServiceReport } from '../report/service-report.ts';
import { reportText, statusText, summaryText } from '../report/text.ts';
import type { PageSource } from './answer.ts';
import { aboutPage, eventsPage, homePage, runtimePage, servicePage } from './pages.ts';
import { type PageReply, refuse, reply } from './reply.ts';
import { statusXml } from './status-xml.ts';

/** What a reader asks for. */
export interface PageQuery {
  /** Decoded, with its slash. */
  readonly path: string;
  /** Of the address, or of the form. */
  readonly parameters: URLSearchParams;
  readonly isReadOnly: boolean;
}

/** Reading changes nothing. Undefined: neither a page nor a service has this name. */
export function readPage(query: PageQuery, source: PageSource): PageReply | undefined {
  const { path, isReadOnly } = query;
  const server = source.server();
  const input = { server, token: isReadOnly ? undefined : source.token };
  switch (path) {
    case '/':
      return reply('text/html', homePage(source.reports(), input));
    case '/_ping':
      return reply('text/html', 'pong');
    case '/_getid':
      return reply('text/html', server.id);
    case '/_status':
    case '/_summary':
    case '/_report':
      return readStatus(query, source);
    case '/_runtime':
      return reply('text/html', runtimePage(input));
    case '/_viewlog':
      return isReadOnly
        ? refuse(403, 'Forbidden', 'This account may not see the log.')
        : reply('text/html', eventsPage(source.events(), input));
    case '/_about':
      return reply('text/html', aboutPage(input));
  }
  const report = findReport(source.reports(), path.slice(1));
  return report && reply('text/html', servicePage(source.full([report])[0] ?? report, input));
}

export function findReport(reports: readonly ServiceReport[], name: string): ServiceReport | undefined {
  return reports.find(({ service }) => sameName(service.name, name));
}

function readStatus({ path, parameters }: PageQuery, source: PageSource): PageReply {
  const chosen = choose(source.reports(), parameters);
  if (typeof chosen === 'string') return refuse(400, 'Bad request', chosen);
  const server = source.server();
  if (path === '/_summary') return reply('text/plain', summaryText(chosen, server));
  if (path === '/_report') {
    const type = parameters.get('type') ?? '';
    const counts = reportText(chosen, type);
    return counts === undefined
      ? refuse(400, 'Bad request', `There is no type of report named "${type}".`)
      : reply('text/plain', counts);
  }
  const full = source.full(chosen);
  return parameters.get('format') === 'xml'
    ? reply('text/xml', statusXml(full, server))
    : reply('text/plain', statusText(full, server));
}

/** The services that are asked for; a sentence when there are none of that name. */
function choose(reports: readonly ServiceReport[], parameters: URLSearchParams): readonly ServiceReport[] | string {
  const group = parameters.get('group');
  const name = parameters.get('service');
  if (group !== null) {
    const members = reports.filter(({ service }) => service.groups.some((candidate) => sameName(candidate, group)));
    return members.length === 0 ? `There is no group named "${group}".` : members;
  }
  if (name === null) return reports;
  const report = findReport(reports, name);
  return report === undefined ? `There is no service named "${name}".` : [report];
}
