import type { HealthReport, ServiceHealth } from '../health-report.ts';

/** What the endpoint knows. */
export interface HealthSource {
  report(): HealthReport;
  /** Empty when no service has this name. */
  named(name: string): readonly ServiceHealth[];
}

/** An answer before it is written in one form or the other. */
export interface HealthAnswer {
  readonly status: 200 | 404 | 503;
  /** One line. */
  readonly summary: string;
  /** Shown when the request asks for them. */
  readonly services: readonly ServiceHealth[];
}

/** The answer for a path, undefined for one that is not served. */
export function answer(path: string, source: HealthSource): HealthAnswer | undefined {
  switch (path) {
    case '/livez':
      return overall(source.report(), ({ live }) => live, 'live');
    case '/readyz':
      return overall(source.report(), ({ ready }) => ready, 'ready');
    case '/healthz':
      return overall(source.report(), ({ live, ready }) => live && ready, 'healthy');
    default:
      return path.startsWith('/health/') ? ofService(path.slice('/health/'.length), source) : undefined;
  }
}

function overall(
  report: HealthReport,
  isGood: (health: Pick<HealthReport, 'live' | 'ready'>) => boolean,
  word: string,
): HealthAnswer {
  const { services, draining } = report;
  if (isGood(report)) return { status: 200, summary: word, services };
  const bad = services.filter((service) => !isGood(service)).map(why);
  return { status: 503, summary: [`not ${word}`, ...(draining ? ['shutting down'] : []), ...bad].join(': '), services };
}

function ofService(encoded: string, source: HealthSource): HealthAnswer {
  const services = source.named(decode(encoded));
  if (services.length === 0) return { status: 404, summary: 'there is no service of this name', services };
  const isDraining = source.report().draining;
  const bad = services.filter(({ live, ready }) => !live || !ready);
  if (bad.length === 0 && !isDraining) return { status: 200, summary: 'healthy', services };
  const reasons = [...(isDraining ? ['shutting down'] : []), ...bad.map(why)];
  return { status: 503, summary: ['not healthy', ...reasons].join(': '), services };
}

/** Names only: messages of probes may tell more about a machine than everybody should know. */
function why({ service, waitingFor }: ServiceHealth): string {
  return waitingFor.length === 0 ? service : `${service} (${waitingFor.join(', ')})`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
