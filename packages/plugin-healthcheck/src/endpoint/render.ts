import type { CheckReport, ServiceHealth } from '../health-report.ts';
import type { HealthAnswer } from './answer.ts';

/** A body with its media type. */
export interface RenderedAnswer {
  readonly type: string;
  readonly body: string;
}

/**
 * Writes an answer. JSON is `application/health+json` (draft-inadarei-api-health-check): status, output, and with `isVerbose` one
 * entry for each check under `service:check`. Text is one line, and with `isVerbose` one more for each check.
 */
export function render(
  answer: HealthAnswer,
  { format, isVerbose }: { format: 'json' | 'text'; isVerbose: boolean },
): RenderedAnswer {
  if (format === 'text') return { type: 'text/plain; charset=utf-8', body: asText(answer, isVerbose) };
  return { type: 'application/health+json', body: `${JSON.stringify(asJson(answer, isVerbose))}\n` };
}

function asText({ summary, services }: HealthAnswer, isVerbose: boolean): string {
  const lines = isVerbose ? services.flatMap(({ service, checks }) => checks.map((check) => line(service, check))) : [];
  return [summary, ...lines].map((text) => `${text}\n`).join('');
}

function line(service: string, { name, status, last }: CheckReport): string {
  const sign = status === 'up' ? '+' : status === 'down' ? '-' : '?';
  return `[${sign}] ${service} ${name} ${status}${last === null ? '' : `: ${last.message}`}`;
}

function asJson({ status, summary, services }: HealthAnswer, isVerbose: boolean): object {
  const isGood = status === 200;
  const base = { status: isGood ? 'pass' : 'fail', ...(isGood ? {} : { output: summary }) };
  if (!isVerbose) return base;
  const checks = services.flatMap((service) =>
    service.checks.map((check) => [`${service.service}:${check.name}`, [entry(service, check)]] as const),
  );
  return { ...base, checks: Object.fromEntries(checks) };
}

const STATUS = { up: 'pass', down: 'fail', pending: 'warn', inactive: 'warn' } as const;

function entry({ service }: ServiceHealth, { kind, probe, status, last }: CheckReport): object {
  const base = { componentId: service, componentType: kind, status: STATUS[status], probe };
  if (last === null) return base;
  const observed = { observedValue: last.durationMs, observedUnit: 'ms', time: last.time };
  return { ...base, ...observed, output: last.message };
}
