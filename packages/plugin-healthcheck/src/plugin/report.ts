import type { Clock, PluginSupervisor, ServiceView } from '@tappet/core';
import type { Check, CheckRecord } from '../checks/index.ts';
import { formatDuration } from '../durations.ts';
import { describeProbe } from '../probes/index.ts';
import type { CheckReport, HealthReport, ResultReport, ServiceHealth } from '../health-report.ts';
import type { HealthMonitor } from './monitor.ts';
import type { WatchedService } from './watched-service.ts';

/** What a report is made from. */
export interface ReportSource {
  readonly monitor: HealthMonitor;
  readonly supervisor: Pick<PluginSupervisor, 'services' | 'service'>;
}

/** The health of everything: services without checks are healthy, so they do not count. */
export function healthReport(source: ReportSource): HealthReport {
  const { monitor, supervisor } = source;
  const services = supervisor
    .services()
    .filter(({ name }) => (monitor.watched(name)?.checks.length ?? 0) > 0)
    .map((service) => serviceHealth(service, source));
  const isLive = services.every(({ live }) => live);
  return {
    live: isLive,
    ready: isLive && !monitor.isDraining && services.every(({ ready }) => ready),
    draining: monitor.isDraining,
    services,
    incidents: monitor.remedies.incidents.list().map(({ root, affected, sinceMs }) => ({
      root,
      affected: [...affected].filter((name) => name !== root).sort(),
      since: wallTime(sinceMs, monitor.clock),
    })),
  };
}

/** The services of this name: one, all copies of one, or none when nobody knows it. */
export function healthOfNamed(name: string, source: ReportSource): readonly ServiceHealth[] {
  const services = source.supervisor.services();
  const one = services.filter((service) => service.name === name);
  const meant = one.length > 0 ? one : services.filter(({ spec }) => spec.instance?.of === name);
  return meant.map((service) => serviceHealth(service, source));
}

/** The health of one service: it must be up, or have nothing left to do, and no check may say otherwise. */
export function serviceHealth(service: ServiceView, { monitor }: ReportSource): ServiceHealth {
  const { name, state, spec } = service;
  const watched = monitor.watched(name);
  const health = watched?.health() ?? { live: true, ready: true, waitingFor: [] };
  const isUp = state === 'RUNNING' || (spec.type === 'oneshot' && state === 'STOPPED') || isOff(service);
  return {
    service: name,
    state,
    live: health.live,
    ready: isUp && health.ready,
    waitingFor: isUp ? health.waitingFor : [`${name} is ${state}`, ...health.waitingFor],
    blamedOn: monitor.remedies.incidents.rootsOf(name).filter((root) => root !== name),
    checks: watched?.checks.map((check) => checkReport(watched, check, monitor.clock)) ?? [],
  };
}

/** One check with its results. */
export function checkReport(watched: WatchedService, check: Check, clock: Clock): CheckReport {
  const { status, successes, failures, last, history } = watched.state(check.name);
  const failed = history.findLast(({ ok }) => !ok);
  return {
    name: check.name,
    kind: check.kind,
    probe: describeSource(check),
    status,
    successes,
    failures,
    last: last === undefined ? null : resultReport(last, clock),
    lastFailure: failed === undefined ? null : resultReport(failed, clock),
    history: history.map((record) => resultReport(record, clock)),
  };
}

/** What a check looks at, in a few words. */
export function describeSource({ source, intervalMs }: Check): string {
  return source.type === 'probe' ? describeProbe(source.probe) : `heartbeat every ${formatDuration(intervalMs)}`;
}

function isOff({ spec, state, restarts }: ServiceView): boolean {
  return !spec.enabled && state === 'STOPPED' && restarts === 0;
}

function resultReport({ atMs, ok, message, durationMs, isCounted, detail }: CheckRecord, clock: Clock): ResultReport {
  const output = detail?.['output'];
  return {
    time: wallTime(atMs, clock),
    ok,
    message,
    durationMs: Math.round(durationMs * 10) / 10,
    counted: isCounted,
    ...(typeof output === 'string' && output !== '' ? { output } : {}),
  };
}

function wallTime(atMs: number, clock: Clock): string {
  return new Date(clock.wallMs() - (clock.nowMs() - atMs)).toISOString();
}
