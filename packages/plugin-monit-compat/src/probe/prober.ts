import type { ConnectionTest, PingTest, TlsOptions } from '../language/ast.ts';
import { compare } from '../engine/compare.ts';
import type { ProbeAnswer } from '../engine/sample.ts';
import type { MonitService } from '../model/configuration.ts';
import { certificateProblem } from './certificate.ts';
import { exchange } from './exchange.ts';
import { httpAsk } from './http-request.ts';
import { judgeBody, needsBody } from './judge-body.ts';
import { ping } from './ping.ts';
import { probeOf } from './protocols.ts';
import { resolveFamily } from './resolve.ts';
import { probeUdp } from './udp.ts';

/** What a prober goes by besides the test. */
export interface ProbeSettings {
  readonly tls: TlsOptions | undefined;
  /** `set limits { httpContentBuffer }`. */
  readonly httpBytes: number;
}

/** Carries out one connection or ping test of a service. Undefined: nobody here can tell. Never rejects. */
export type Prober = (
  test: ConnectionTest | PingTest,
  service: MonitService,
  signal: AbortSignal,
) => Promise<ProbeAnswer | undefined>;

/**
 * Tries as often as the test says, back to back; the first good attempt decides, otherwise the last one. Every attempt ends
 * within the timeout of the test.
 */
export function createProber({ tls, httpBytes }: ProbeSettings): Prober {
  return async (test, service, signal) => {
    const host = hostOf(test, service);
    if (test.kind === 'ping') return ping(test, host, signal);
    let answer: ProbeAnswer = { ok: false, detail: 'not tried' };
    for (let attempt = 1; attempt <= test.attempts && !signal.aborted; attempt++) {
      answer = await tryOnce({ test, host, tls, httpBytes }, signal);
      if (answer.ok) return answer;
    }
    return answer;
  };
}

/** The host that a test looks at: its own, that of the service, or this machine. */
export function hostOf(test: ConnectionTest | PingTest, { target }: Pick<MonitService, 'target'>): string {
  if (test.kind === 'connection' && 'host' in test.target && test.target.host !== undefined) return test.target.host;
  return target.kind === 'address' ? target.address : 'localhost';
}

interface Attempt extends ProbeSettings {
  readonly test: ConnectionTest;
  readonly host: string;
}

async function tryOnce(attempt: Attempt, outer: AbortSignal): Promise<ProbeAnswer> {
  const { test } = attempt;
  const startedMs = performance.now();
  const timeout = new AbortController();
  const timer = setTimeout(
    () => timeout.abort(new Error(`no answer within ${test.timeoutMs} ms`)),
    // A little later than the probe's own deadline, whose words say what it was waiting for.
    test.timeoutMs + 50,
  );
  const signal = AbortSignal.any([outer, timeout.signal]);
  try {
    const problem = await problemOf(attempt, signal);
    const responseMs = performance.now() - startedMs;
    if (problem !== undefined) return { ok: false, detail: problem };
    const { responseTime } = test;
    const isFine = responseTime === undefined || compare(responseMs, responseTime.operator, responseTime.ms);
    return { ok: isFine, detail: `answers in ${responseMs.toFixed(1)} ms`, responseMs };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

async function problemOf({ test, host, tls, httpBytes }: Attempt, signal: AbortSignal): Promise<string | undefined> {
  const address = await resolveFamily(host, test.family);
  if (test.transport === 'udp' && test.protocol !== 'dns') return probeUdp(test, address, signal);
  if (needsBody(test)) {
    const ask = httpAsk(test, address, tls);
    const problem = judgeBody(test, await exchange(ask, httpBytes, signal));
    return problem ?? certificateProblem({ test, host: address, tls }, signal);
  }
  const { runProbe } = await import('@tappet/plugin-healthcheck/probes');
  const result = await runProbe(probeOf(test, address, tls), { deadlineMs: test.timeoutMs, signal });
  return result.ok ? certificateProblem({ test, host: address, tls }, signal) : result.message;
}
