import type { ServiceView } from '@tappet/core';
import type { ReportSource } from './report.ts';
import { checkReport, describeSource, serviceHealth } from './report.ts';
import type { WatchedService } from './watched-service.ts';

/** Results of each check that a status shows; `tappet health` has them all. */
const SHOWN_RESULTS = 5;

/** What the plugin adds to the status of a service, undefined when it has nothing to say. */
export function statusFields(
  service: ServiceView,
  source: ReportSource,
): Readonly<Record<string, unknown>> | undefined {
  const { monitor } = source;
  const watched = monitor.watched(service.name);
  const waitingFor = waitsFor(service, source);
  if (watched === undefined || watched.checks.length === 0) return waitingFor.length === 0 ? undefined : { waitingFor };
  const { live, ready, blamedOn } = serviceHealth(service, source);
  const checks = watched.checks.map((check) => {
    const { lastFailure: _, history, ...rest } = checkReport(watched, check, monitor.clock);
    return { ...rest, history: history.slice(-SHOWN_RESULTS) };
  });
  const results = checks.flatMap(({ name, history }) =>
    history.map(({ time, ok, message, durationMs }) => {
      const verdict = ok ? 'ok' : 'failed';
      return `${time}  ${name}  ${verdict} in ${Math.round(durationMs)} ms${message === '' ? '' : `: ${message}`}`;
    }),
  );
  return { live, ready, blamedOn, waitingFor, notes: notesOn(service, watched, blamedOn), results, checks };
}

/** The probes that a service waits for: its own while it starts, those of its dependencies while it waits for them. */
function waitsFor({ name, state, spec }: ServiceView, { monitor, supervisor }: ReportSource): string[] {
  if (state === 'STARTING') return openProbes(monitor.watched(name));
  if (state !== 'PENDING') return [];
  return spec.dependsOn
    .filter(({ service }) => supervisor.service(service)?.state === 'STARTING')
    .flatMap(({ service }) => openProbes(monitor.watched(service)).map((probe) => `${probe} of ${service}`));
}

/** What people should know of a service that runs and is not well, the worst first: a status shows no more than that. */
function notesOn({ state }: ServiceView, watched: WatchedService, blamedOn: readonly string[]): string[] {
  if (state !== 'RUNNING') return [];
  const because = blamedOn.length === 0 ? '' : ` (because of ${blamedOn.join(', ')})`;
  const down = watched.checks.filter(({ name }) => watched.state(name).status === 'down');
  return down
    .toSorted((a, b) => Number(b.kind === 'liveness') - Number(a.kind === 'liveness'))
    .map(({ kind, name }) => {
      const { last, failures } = watched.state(name);
      const what = kind === 'liveness' ? 'not live' : 'not ready';
      return `${what}: check "${name}" failed ${failures} times in a row${because}: ${last?.message ?? ''}`;
    });
}

function openProbes(watched: WatchedService | undefined): string[] {
  if (watched === undefined) return [];
  const open = watched.health().waitingFor;
  return watched.checks
    .filter(({ name }) => open.includes(name))
    .map((check) => {
      const { last } = watched.state(check.name);
      const found = last === undefined || last.ok ? '' : `: ${last.message}`;
      return `probe "${check.name}" (${describeSource(check)}${found})`;
    });
}
