import type { MonitEvent } from '../engine/event.ts';
import { formatBytes, formatUptime } from '../engine/units.ts';
import { figuresOf } from '../report/figures.ts';
import { TYPE_WORDS } from '../report/names.ts';
import type { ServiceReport } from '../report/service-report.ts';
import { explainLimit, explainRule } from '../text/explain.ts';
import { type Html, html } from './html.ts';
import { document, heading, page, type PageInput } from './layout.ts';
import { type Column, figureTable, listTable } from './tables.ts';

type PastEvent = { readonly wallMs: number; readonly event: MonitEvent };

const SERVICE_COLUMNS: readonly Column<ServiceReport>[] = [
  { head: 'Service', cell: ({ service }) => serviceLink(service.name) },
  { head: 'Status', cell: stateOf },
  { head: 'Type', kind: 'short minor', cell: ({ service }) => TYPE_WORDS[service.type] },
  { head: 'Uptime', kind: 'number minor', cell: ({ facts }) => figure(facts.uptimeSeconds, formatUptime) },
  { head: 'CPU', kind: 'number', cell: ({ facts }) => figure(facts.resources?.cpu, (cpu) => `${cpu.toFixed(1)}%`) },
  { head: 'Memory', kind: 'number', cell: ({ facts }) => figure(facts.resources?.memory, formatBytes) },
];

const EVENT_COLUMNS: readonly Column<PastEvent>[] = [
  { head: 'Time', kind: 'short', cell: ({ wallMs }) => timeOf(wallMs) },
  { head: 'Service', cell: ({ event }) => serviceLink(event.service) },
  {
    head: 'Event',
    cell: ({ event }) => html`<span class="${event.state === 'failed' ? 'bad' : 'ok'}">${event.label}</span>`,
  },
  { head: 'Description', cell: ({ event }) => event.description },
];

/** The list of services. */
export function homePage(reports: readonly ServiceReport[], input: PageInput): string {
  const { host } = input.server;
  return page(
    host,
    html`<h1>${host}</h1>
      ${listTable(SERVICE_COLUMNS, reports)}`,
    input,
  );
}

/** One service: figures, rules in words, and what can be done. */
export function servicePage(report: ServiceReport, input: PageInput): string {
  const { service } = report;
  const rules = [...service.rules.map(explainRule), ...service.restartLimits.map(explainLimit)];
  return page(
    service.name,
    html`${heading(`${TYPE_WORDS[service.type]} ${service.name}`)} ${buttons(report, input)}
    ${figureTable(figuresOf(report))}
    ${
      rules.length === 0
        ? ''
        : html`<h2>Rules</h2>
            <ul>
              ${rules.map((text) => html`<li>${text}</li>`)}
            </ul>`
    }`,
    input,
  );
}

/** Settings of the supervisor. */
export function runtimePage(input: PageInput): string {
  const { server } = input;
  const figures = Object.entries({
    'Control file': server.controlFile,
    Host: server.host,
    'Poll time': `${server.pollSeconds} s`,
    'Start delay': `${server.startDelaySeconds} s`,
    Uptime: formatUptime(server.uptimeSeconds),
    Id: server.id,
    Language: `monit ${server.version}`,
  });
  return page('Runtime', html`${heading('Runtime')} ${figureTable(figures)}`, input);
}

/** The last events, the newest first. */
export function eventsPage(events: readonly PastEvent[], input: PageInput): string {
  const list =
    events.length === 0 ? html`<p>Nothing has happened yet.</p>` : listTable(EVENT_COLUMNS, events.toReversed());
  return page('Events', html`${heading('Events')} ${list}`, input);
}

/** What this is. */
export function aboutPage(input: PageInput): string {
  return page(
    'About',
    html`${heading('Tappet')}
      <p>
        The plugin monit-compat of the process supervisor Tappet. It understands the control files of monit
        ${input.server.version}.
      </p>`,
    input,
  );
}

/** A page for an answer that is none of the above. */
export function messagePage(title: string, text: string): string {
  return document(
    title,
    html`<h1>${title}</h1>
      <p>${text}</p>`,
  );
}

function buttons({ service, monitoring }: ServiceReport, { token }: PageInput): Html {
  if (token === undefined) return html``;
  const isActable = service.supervised !== undefined || service.start !== undefined || service.stop !== undefined;
  const actions = [...(isActable ? ['start', 'stop', 'restart'] : []), monitoring === 'no' ? 'monitor' : 'unmonitor'];
  return html`<p>
    ${actions.map(
      (action) =>
        html`<form method="post" action="/${encodeURIComponent(service.name)}">
          <input type="hidden" name="securitytoken" value="${token}" /><button name="action" value="${action}">
            ${action}
          </button>
        </form>`,
    )}
  </p>`;
}

/** To the second, in UTC like everything that a machine writes here. */
function timeOf(wallMs: number): Html {
  const iso = new Date(wallMs).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')}</time>`;
}

function serviceLink(name: string): Html {
  return html`<a href="/${encodeURIComponent(name)}">${name}</a>`;
}

function stateOf({ status, monitoring, failing }: ServiceReport): Html {
  const kind = monitoring === 'no' ? 'off' : failing.length > 0 ? 'bad' : 'ok';
  return html`<span class="${kind}">${status}</span>`;
}

function figure(value: number | undefined, text: (value: number) => string): string {
  return value === undefined ? '–' : text(value);
}
