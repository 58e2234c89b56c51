import { type Clock, sleep } from '@tappet/core';
import { actionEnvironment } from '../engine/environment.ts';
import type { ProcessIdentity, Sample } from '../engine/sample.ts';
import type { Limits } from '../language/settings.ts';
import type { Method } from '../language/ast.ts';
import type { MonitService } from '../model/configuration.ts';
import { isSameProcess, runningProcess } from '../sample/presence.ts';
import type { RunProgram } from './run-program.ts';

/** What became of a step. */
export interface StepResult {
  readonly ok: boolean;
  readonly message: string;
}

export interface MethodInput {
  readonly service: MonitService;
  readonly op: 'start' | 'stop' | 'restart';
  readonly sample: Sample | undefined;
  readonly limits: Limits;
  readonly host: string;
  readonly clock: Clock;
  readonly run: RunProgram;
}

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

/**
 * Carries out one step on a service that is watched, not run: with its own program. What the program answers does not count. A
 * process service is started when its process is visible, and stopped when that very process is gone, both within the timeout;
 * any other service when the program could be run and ended in time.
 */
export async function runMethod(input: MethodInput): Promise<StepResult> {
  const { service, op, clock } = input;
  const method = service[op];
  const isProcess = service.type === 'process';
  const before = isProcess ? runningProcess(service.target, clock.nowMs()) : undefined;
  if (op === 'start' && before !== undefined) return done('it runs already');
  if (op === 'stop' && isProcess && before === undefined) return done('it does not run');
  if (method === undefined) return done(`it has no ${op} program`);
  const timeoutMs = method.timeoutMs ?? limitOf(input);
  const deadlineMs = clock.nowMs() + timeoutMs;
  const end = await input.run({ command: method, env: environmentOf(input), timeoutMs, clock });
  const said = end.output === '' ? '' : `: ${end.output.replace(/\s+/g, ' ')}`;
  if (end.error !== undefined) return failed(method, `cannot be run: ${end.error}`);
  if (end.timedOut) return failed(method, `did not end within ${timeoutMs} ms and was killed${said}`);
  if (!isProcess) return done(`${program(method)} was run`);
  const isReached = await reached({ service, op, before, deadlineMs, clock });
  const status = end.code === 0 ? '' : ` (exit status ${end.code ?? 'unknown'})`;
  if (isReached) return done(op === 'stop' ? 'its process is gone' : 'its process runs');
  return failed(method, `${op === 'stop' ? 'left its process' : 'brought no process'}${status}${said}`);
}

function done(message: string): StepResult {
  return { ok: true, message };
}

function failed(method: Method, why: string): StepResult {
  return { ok: false, message: `${program(method)} ${why}` };
}

function program({ argv }: Method): string {
  return argv[0] ?? '';
}

function limitOf({ op, limits }: MethodInput): number {
  return { start: limits.startTimeoutMs, stop: limits.stopTimeoutMs, restart: limits.restartTimeoutMs }[op];
}

const REASONS = { start: 'Started', stop: 'Stopped', restart: 'Restarted' } as const;

function environmentOf({ service, op, sample, host, clock }: MethodInput): Record<string, string> {
  return actionEnvironment({ service, reason: REASONS[op], sample, host, date: new Date(clock.wallMs()) });
}

interface Expectation {
  readonly service: MonitService;
  readonly op: MethodInput['op'];
  readonly before: ProcessIdentity | undefined;
  readonly deadlineMs: number;
  readonly clock: Clock;
}

async function reached({ service, op, before, deadlineMs, clock }: Expectation): Promise<boolean> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const holds =
      op === 'stop'
        ? before === undefined || !isSameProcess(before)
        : runningProcess(service.target, clock.nowMs()) !== undefined;
    if (holds) return true;
    const leftMs = deadlineMs - clock.nowMs();
    if (leftMs <= 0) return false;
    await sleep(clock, Math.min(pauseMs, leftMs));
  }
}
