import { didYouMean } from '@tappet/core';
import type { HealthReport } from '../health-report.ts';
import type { HealthMonitor } from './monitor.ts';
import type { HealthcheckContext } from './plugin-context.ts';
import { healthOfNamed, healthReport, type ReportSource } from './report.ts';

/** What `health` answers: a report, or a name that no service has. */
export type HealthResult = HealthReport | { readonly unknown: string; readonly hint: string | null };

/**
 * Offers to the control API:
 *
 * - `health { service?, refresh? }`: the report, of all services with checks or of those of one name; with `refresh` probes
 *   are tried first
 * - `heartbeat { service, check? }`: a heartbeat; answers `{ accepted }`, the names of the checks that waited for it
 */
export function exposeMethods({ expose, supervisor }: HealthcheckContext, monitor: HealthMonitor): void {
  const source: ReportSource = { monitor, supervisor };
  expose('health', ({ service, refresh }) =>
    health({ service: optionalText('service', service), refresh: refresh === true }, source),
  );
  expose('heartbeat', ({ service, check }) => ({
    accepted: heartbeat({ service: text('service', service), check: optionalText('check', check) }, source),
  }));
}

async function health(
  { service, refresh }: { service: string | undefined; refresh: boolean },
  source: ReportSource,
): Promise<HealthResult> {
  const { monitor, supervisor } = source;
  if (service !== undefined && healthOfNamed(service, source).length === 0) {
    return { unknown: service, hint: didYouMean(service, namesOf(source)) ?? null };
  }
  const names = service === undefined ? supervisor.services() : healthOfNamed(service, source);
  if (refresh) await monitor.refresh(names.map((one) => ('service' in one ? one.service : one.name)));
  const report = healthReport(source);
  if (service === undefined) return report;
  const services = healthOfNamed(service, source);
  const isLive = services.every(({ live }) => live);
  return {
    ...report,
    live: isLive,
    ready: isLive && !report.draining && services.every(({ ready }) => ready),
    services,
  };
}

function heartbeat(
  { service, check }: { service: string; check: string | undefined },
  { monitor, supervisor }: ReportSource,
): readonly string[] {
  const known = supervisor.service(service);
  if (known === undefined) {
    const hint = didYouMean(service, namesOf({ monitor, supervisor }));
    throw new Error(`there is no service "${service}"${hint === undefined ? '' : `, ${hint}`}`);
  }
  const expected = (monitor.watched(service)?.checks ?? []).filter(({ source }) => source.type === 'heartbeat');
  if (check !== undefined && !expected.some(({ name }) => name === check)) {
    const names = expected.map(({ name }) => name);
    throw new Error(
      `${service} has no heartbeat "${check}"${names.length === 0 ? '' : `, it has ${names.join(', ')}`}`,
    );
  }
  if (expected.length === 0) throw new Error(`${service} has no check that waits for a heartbeat`);
  return monitor.beat(service, check);
}

function namesOf({ supervisor }: ReportSource): string[] {
  return supervisor
    .services()
    .flatMap(({ name, spec }) => (spec.instance === undefined ? [name] : [name, spec.instance.of]));
}

function text(parameter: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new TypeError(`expected text for "${parameter}", received ${value === '' ? 'an empty one' : typeof value}`);
}

function optionalText(parameter: string, value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : text(parameter, value);
}
