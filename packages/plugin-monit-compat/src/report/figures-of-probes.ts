import type { ProbeReport } from './service-report.ts';

/** How long each port, socket and ping took to answer, or why it did not. */
export function probeFigures(probes: readonly ProbeReport[]): readonly (readonly [string, string])[] {
  return probes.map(({ test, host, answer }) => {
    const label = test.kind === 'ping' ? 'ping' : 'port' in test.target ? 'port' : 'unix socket';
    const { responseMs, ok = false, detail = '' } = answer ?? {};
    const time = responseMs === undefined ? undefined : `${responseMs.toFixed(3)} ms`;
    const outcome = answer === undefined ? '-' : ok ? (time ?? detail) : `FAILED (${detail})`;
    return [`${label} response time`, `${outcome}${target({ test, host })}`];
  });
}

function target({ test, host }: Pick<ProbeReport, 'test' | 'host'>): string {
  if (test.kind === 'ping') return '';
  const place =
    'port' in test.target ? `${host.includes(':') ? `[${host}]` : host}:${test.target.port}` : test.target.socket;
  return ` to ${place} type ${test.tls === undefined ? test.transport.toUpperCase() : 'TCPSSL'} protocol ${(test.protocol ?? 'default').toUpperCase()}`;
}
