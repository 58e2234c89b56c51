import type { MonitEvent } from '../engine/event.ts';
import { explainLimit, explainRule } from '../text/explain.ts';
import { figuresOf } from '../report/figures.ts';
import { TYPE_WORDS } from '../report/names.ts';
import type { ServerFacts } from '../report/server-facts.ts';
import type { ServiceReport } from '../report/service-report.ts';
import { formatBytes, formatUptime } from '../engine/units.ts';
import { Html, html } from './html.ts';

/** What every page needs. */
export interface PageInput {
  readonly server: ServerFacts;
  /** Proves that a form was made by us. Undefined: the reader may change nothing. */
  readonly token: string | undefined;
}

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1.5rem;color:#1d2329;background:#fff}
h1{font-size:1.4rem;margin:0 0 1rem}h2{font-size:1.05rem;margin:1.8rem 0 .5rem}a{color:#0b5394;text-decoration:none}a:hover{text-decoration:underline}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .7rem .35rem 0;border-bottom:1px solid #e3e7eb;vertical-align:top}
th{font-weight:600;color:#55606b}th.n,td.n{text-align:right;font-variant-numeric:tabular-nums}pre{margin:0;white-space:pre-wrap}
.ok{color:#14713d}.bad{color:#b3261e}.off{color:#6b7680}form{display:inline}button{font:inherit;padding:.2rem .8rem;margin:0 .4rem .4rem 0}
header,footer{color:#55606b;font-size:.9rem}footer{margin-top:2rem}
@media (prefers-color-scheme:dark){body{background:#14181c;color:#e4e8ec}th,header,footer{color:#9aa5b0}td,th{border-color:#2b3238}a{color:#7db4ea}.ok{color:#63c48b}.bad{color:#f28b82}}`;

/** The list of services. */
export function homePage(reports: readonly ServiceReport[], input: PageInput): string {
  const rows = reports.map(
    (report) =>
      html`<tr>
        <td><a href="/${encodeURIComponent(report.service.name)}">${report.service.name}</a></td>
        <td>${stateOf(report)}</td>
        <td>${TYPE_WORDS[report.service.type]}</td>
        <td class="n">${uptimeOf(report)}</td>
        <td class="n">${cpuOf(report)}</td>
        <td class="n">${memoryOf(report)}</td>
      </tr>`,
  );
  return page(
    input.server.host,
    html`<h1>${input.server.host}</h1>
      <table>
        <thead>
          <tr>
            <th>Service</th>
            <th>Status</th>
            <th>Type</th>
            <th>Uptime</th>
            <th>CPU</th>
            <th>Memory</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>`,
    input,
  );
}

/** One service: figures, rules in words, and what can be done. */
export function servicePage(report: ServiceReport, input: PageInput): string {
  const { service } = report;
  const figures = figuresOf(report).map(
    ([label, value]) =>
      html`<tr>
        <th scope="row">${label}</th>
        <td><pre>${value}</pre></td>
      </tr>`,
  );
  const rules = [...service.rules.map(explainRule), ...service.restartLimits.map(explainLimit)];
  return page(
    service.name,
    html`<header><a href="/">All services</a></header>
      <h1>${TYPE_WORDS[service.type]} ${service.name}</h1>
      ${buttons(report, input)}
      <table>
        <tbody>
          ${figures}
        </tbody>
      </table>
      ${
        rules.length === 0
          ? html``
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
  const rows = Object.entries({
    'Control file': server.controlFile,
    Host: server.host,
    'Poll time': `${server.pollSeconds} s`,
    'Start delay': `${server.startDelaySeconds} s`,
    Uptime: formatUptime(server.uptimeSeconds),
    Id: server.id,
    Language: `monit ${server.version}`,
  }).map(
    ([label, value]) =>
      html`<tr>
        <th scope="row">${label}</th>
        <td>${value}</td>
      </tr>`,
  );
  return page(
    'Runtime',
    html`<header><a href="/">All services</a></header>
      <h1>Runtime</h1>
      <table>
        <tbody>
          ${rows}
        </tbody>
      </table>`,
    input,
  );
}

/** The last events. */
export function eventsPage(
  events: readonly { readonly wallMs: number; readonly event: MonitEvent }[],
  input: PageInput,
): string {
  const rows = events.toReversed().map(
    ({ wallMs, event }) =>
      html`<tr>
        <td>${new Date(wallMs).toISOString()}</td>
        <td><a href="/${encodeURIComponent(event.service)}">${event.service}</a></td>
        <td class="${event.state === 'failed' ? 'bad' : 'ok'}">${event.label}</td>
        <td>${event.description}</td>
      </tr>`,
  );
  return page(
    'Events',
    html`<header><a href="/">All services</a></header>
      <h1>Events</h1>
      <table>
        <thead>
          <tr>
            <th>Time</th>
            <th>Service</th>
            <th>Event</th>
            <th>Description</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>`,
    input,
  );
}

/** What this is. */
export function aboutPage(input: PageInput): string {
  return page(
    'About',
    html`<header><a href="/">All services</a></header>
      <h1>Tappet</h1>
      <p>
        The plugin monit-compat of the process supervisor Tappet. It understands the control files of monit
        ${input.server.version}.
      </p>`,
    input,
  );
}

/** A page for an answer that is not one of the above. */
export function messagePage(title: string, text: string): string {
  return document(
    title,
    html`<h1>${title}</h1>
      <p>${text}</p>`,
  );
}

function page(title: string, body: Html, { server }: PageInput): string {
  return document(
    title,
    html`${body}
      <footer>
        <a href="/_runtime">Runtime</a> · <a href="/_viewlog">Events</a> · <a href="/_about">About</a> · up
        ${formatUptime(server.uptimeSeconds)}
      </footer>`,
  );
}

function document(title: string, body: Html): string {
  return `<!DOCTYPE html>\n${
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html>`.text
  }\n`;
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

function stateOf({ status, monitoring, failing }: ServiceReport): Html {
  const kind = monitoring === 'no' ? 'off' : failing.length > 0 ? 'bad' : 'ok';
  return html`<span class="${kind}">${status}</span>`;
}

function uptimeOf({ facts }: ServiceReport): string {
  return facts.uptimeSeconds === undefined ? '–' : formatUptime(facts.uptimeSeconds);
}

function cpuOf({ facts }: ServiceReport): string {
  const cpu = facts.resources?.cpu;
  return cpu === undefined ? '–' : `${cpu.toFixed(1)}%`;
}

function memoryOf({ facts }: ServiceReport): string {
  const memory = facts.resources?.memory;
  return memory === undefined ? '–' : formatBytes(memory);
}
