import { execFile } from 'node:child_process';
import type { PingTest } from '../language/ast.ts';
import type { ProbeAnswer } from '../engine/sample.ts';
import { compare } from '../engine/compare.ts';

/**
 * Echo requests by the system's `ping`, which may use the kernel's unprivileged ICMP sockets; Node has none. Undefined when there is
 * no such program or it is not allowed to: then nobody can tell.
 */
export function ping(test: PingTest, host: string, signal: AbortSignal): Promise<ProbeAnswer | undefined> {
  const seconds = Math.max(1, Math.ceil(test.timeoutMs / 1000));
  const args = ['-n', '-q', '-c', String(test.count), '-i', '0.2', '-W', String(seconds), '-s', String(test.size - 8)];
  if (test.family !== 'any') args.push(test.family === 'ipv4' ? '-4' : '-6');
  if (test.sourceAddress !== undefined) args.push('-I', test.sourceAddress);
  const timeout = test.timeoutMs + test.count * 200 + 1000;
  return new Promise((resolve) => {
    const options = { timeout, signal, env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' } };
    execFile('ping', [...args, '--', host], options, (error, stdout, stderr) => {
      if (error !== null && (isMissing(error) || /operation not permitted|lacks? (?:cap|priv)/i.test(stderr)))
        return resolve(undefined);
      resolve(judge(test, { isAlive: error === null, stdout, stderr }));
    });
  });
}

function isMissing(error: Error): boolean {
  return 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES');
}

function judge(
  { responseTime, count }: PingTest,
  { isAlive, stdout, stderr }: { isAlive: boolean; stdout: string; stderr: string },
): ProbeAnswer {
  const received = Number(/(\d+) (?:packets )?received/.exec(stdout)?.[1] ?? 0);
  if (!isAlive || received === 0) {
    const why = stderr.trim().split('\n')[0] ?? '';
    return { ok: false, detail: why === '' ? `no answer to ${count} echo requests` : why };
  }
  const average = /= [\d.]+\/([\d.]+)\//.exec(stdout)?.[1];
  const responseMs = average === undefined ? undefined : Number(average);
  if (responseMs === undefined) return { ok: true, detail: 'answers' };
  const isFine = responseTime === undefined || compare(responseMs, responseTime.operator, responseTime.ms);
  return { ok: isFine, detail: `answers in ${responseMs} ms`, responseMs };
}
