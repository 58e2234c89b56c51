import { figuresOf } from './figures.ts';
import { TYPE_WORDS } from './names.ts';
import { oneLine } from './one-line.ts';
import type { ServerFacts } from './server-facts.ts';
import type { ServiceReport } from './service-report.ts';
import { formatUptime } from '../engine/units.ts';

/** The long text view: every service with its figures. */
export function statusText(reports: readonly ServiceReport[], server: ServerFacts): string {
  const parts = reports.map((report) => {
    const rows = figuresOf(report).map(([label, value]) => `  ${label.padEnd(28)} ${oneLine(value)}`);
    return `${TYPE_WORDS[report.service.type]} '${oneLine(report.service.name)}'\n${rows.join('\n')}\n`;
  });
  return `${heading(server)}\n${parts.join('\n')}`;
}

/** A longer name or status pushes its own row only, so that the others fit a terminal of 80 columns. */
const WIDEST = 32;

/** The short text view: a table of names, states and types. */
export function summaryText(reports: readonly ServiceReport[], server: ServerFacts): string {
  const rows = [
    ['Service Name', 'Status', 'Type'],
    ...reports.map(({ service, status }) => [oneLine(service.name), status, TYPE_WORDS[service.type]]),
  ];
  const widths = [0, 1].map((column) => Math.min(WIDEST, Math.max(...rows.map((row) => (row[column] ?? '').length))));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${heading(server)}\n${lines.join('\n')}\n`;
}

/** Kinds of the report: what `_report?type=` and the command take. */
export const REPORT_TYPES = ['up', 'down', 'initialising', 'unmonitored', 'total'] as const;

/** How many services are up, down, not looked at yet, not monitored, and in total. Undefined for a kind that does not exist. */
export function reportText(reports: readonly ServiceReport[], type = ''): string | undefined {
  const counts = countServices(reports);
  const kind = REPORT_TYPES.find((candidate) => candidate === type.replace('initializing', 'initialising'));
  if (kind !== undefined) return `${counts[kind]}\n`;
  if (type !== '') return undefined;
  const share = (count: number): string =>
    `${String(count).padStart(4)} (${counts.total === 0 ? '0.0' : ((count / counts.total) * 100).toFixed(1)}%)`;
  return [
    `up:           ${share(counts.up)}`,
    `down:         ${share(counts.down)}`,
    `initialising: ${share(counts.initialising)}`,
    `unmonitored:  ${share(counts.unmonitored)}`,
    `total:        ${String(counts.total).padStart(4)} services`,
    '',
  ].join('\n');
}

function countServices(reports: readonly ServiceReport[]): Record<(typeof REPORT_TYPES)[number], number> {
  const counts = { up: 0, down: 0, initialising: 0, unmonitored: 0, total: reports.length };
  for (const { monitoring, failing } of reports) {
    if (monitoring === 'no') counts.unmonitored += 1;
    else if (failing.length > 0) counts.down += 1;
    else if (monitoring === 'init') counts.initialising += 1;
    else counts.up += 1;
  }
  return counts;
}

function heading({ version, uptimeSeconds }: ServerFacts): string {
  return `Monit ${version} uptime: ${formatUptime(uptimeSeconds)}\n`;
}
