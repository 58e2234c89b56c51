import type { Cause } from './cause.ts';
import type { ExitInfo } from './exit.ts';
import { interpretExit } from './exit-status.ts';
import { describeEnd } from './exit-text.ts';
import { Goal } from './goal.ts';
import { nextAttempt, type RestartChoice } from './next-attempt.ts';
import type { Pursuit } from './pursuit.ts';
import { asError } from './readiness-watch.ts';
import type { RunEnd } from './runner.ts';
import type { ServiceEvent } from './state.ts';

/** Everything that follows the end of a run, asked for or not. */
export async function conclude(
  pursuit: Pursuit,
  { end, ...how }: { end: RunEnd; requested: boolean; error?: Error },
): Promise<void> {
  const { service, context, goal } = pursuit;
  const { lifecycle, runner, clock } = context;
  const { run } = service;
  if (run === undefined) return;
  await run.sweep().catch((error: unknown) => pursuit.note('error', asError(error).message));
  run.release();
  service.run = undefined;
  pursuit.end = undefined;
  service.endedAtMs = clock.nowMs();
  const error = how.error ?? end.error;
  const judged = interpretExit({
    code: end.code,
    signal: end.signal,
    uptimeMs: end.uptimeMs,
    requested: how.requested,
    stopSignal: service.spec.stopSignal,
    successExitCodes: service.spec.successExitCodes,
    type: service.spec.type,
    error: error?.message,
  });
  const exit = judged.info;
  service.ledger.endRun(
    judged,
    service.readyAtMs === undefined ? 0 : service.endedAtMs - service.readyAtMs,
    service.spec,
  );
  service.life = { spawned: true, outcome: exit.outcome };
  service.readyAtMs = undefined;
  context.emit({ type: 'exit', service: service.name, exit });
  context.background(lifecycle.onExit({ service: service.view, exit }));
  if (how.requested) {
    await runner.finish(exit);
    service.transition(judged.state === 'FAILED' ? 'ended-badly' : 'ended', goal.cause);
  } else {
    const restEvent = judged.state === 'FAILED' ? 'ended-badly' : 'ended';
    decide(pursuit, { exit, restEvent, goal, error });
    await runner.finish(exit);
  }
  context.background(lifecycle.onStop({ service: service.view, exit }));
}

/** A start that never came to a process. `final`: no restart policy applies, because somebody said no. */
export function failToStart(
  pursuit: Pursuit,
  { error, ...how }: { error: Error; event: ServiceEvent; goal: Goal; final: boolean },
): void {
  const { service, context } = pursuit;
  const exit: ExitInfo = { ...NO_PROCESS, error: error.message };
  service.ledger.lastExit = exit;
  service.life = { spawned: service.life.spawned, outcome: 'failure' };
  service.endedAtMs = context.clock.nowMs();
  context.emit({ type: 'exit', service: service.name, exit });
  if (!how.final) {
    decide(pursuit, { exit, restEvent: how.event, goal: how.goal, error });
    return;
  }
  service.ledger.failures += 1;
  service.transition(how.event, { actor: how.goal.actor, reason: error.message, causedBy: how.goal.cause });
  giveIn(pursuit, {
    cause: { actor: 'restart-policy', reason: error.message },
    spent: false,
    failure: true,
    error,
  });
}

/** After an end that nobody asked for: again, or rest. */
function decide(
  pursuit: Pursuit,
  after: { exit: ExitInfo; restEvent: ServiceEvent; goal: Goal; error: Error | undefined },
): void {
  const { service, context } = pursuit;
  const { exit, restEvent, error } = after;
  if (exit.failure) service.ledger.countFailure();
  const cause: Cause = { actor: 'restart-policy', reason: describeEnd(exit) };
  if (pursuit.goal !== after.goal) {
    // Somebody wanted something else meanwhile: that decides.
    service.transition(restEvent, cause);
    return;
  }
  const failures = service.ledger.consecutiveFailures;
  const opinion = context.lifecycle.decideRestart({ service: service.view, exit, failures });
  const choice = nextAttempt({ ...attemptOf(pursuit), exit, opinion });
  const isTold = opinion !== undefined || (!choice.restart && choice.gaveUp);
  if (!choice.restart) service.transition(restEvent, isTold ? because(choice.reason, cause) : cause);
  schedule(pursuit, { choice, cause, failure: exit.failure, error });
}

/** Acts on the decision whether it starts again. */
export function schedule(
  pursuit: Pursuit,
  { choice, ...after }: { choice: RestartChoice; cause: Cause; failure: boolean; error?: Error | undefined },
): void {
  const { service, context } = pursuit;
  const { cause, failure, error } = after;
  if (!choice.restart) {
    if (choice.gaveUp) service.transition('gave-up', cause);
    giveIn(pursuit, { cause: because(choice.reason, cause), spent: choice.gaveUp, failure, error });
    return;
  }
  pursuit.restartAtMs = context.clock.nowMs() + choice.delayMs;
  service.transition('restart-scheduled', because(choice.reason, cause));
  // An automatic restart goes on to be that goal; whoever waits for a start hears that this attempt failed.
  if (choice.delayMs > 0 || error !== undefined)
    pursuit.goal.settle({ outcome: 'failed', message: `${cause.reason}; ${choice.reason}` });
}

/** It rests, and nothing automatic will change that. */
function giveIn(
  pursuit: Pursuit,
  { cause, ...how }: { cause: Cause; spent: boolean; failure: boolean; error: Error | undefined },
): void {
  const { service, context } = pursuit;
  const previous = pursuit.goal;
  pursuit.goal = new Goal({ wanted: 'down', actor: 'restart-policy', cause });
  if (how.spent) {
    service.ledger.gaveUp = true;
    const failures = service.ledger.consecutiveFailures;
    context.emit({ type: 'gave-up', service: service.name, failures, cause });
  }
  const message = cause.causedBy?.reason ?? cause.reason;
  previous.settle(
    how.failure ? { outcome: 'failed', message } : { outcome: 'done', message: `it is ${service.state}` },
  );
  context.changed(service);
  context.restsForGood(service, { cause, failure: how.failure, error: how.error });
}

/** What the next attempt depends on besides the end. */
export function attemptOf({
  service,
  context,
}: Pursuit): Pick<Parameters<typeof nextAttempt>[0], 'policy' | 'consecutiveFailures' | 'random'> {
  const { spec, ledger } = service;
  return { policy: spec.restart, consecutiveFailures: ledger.consecutiveFailures, random: context.random() };
}

/** The end of a start that never came to a process. */
const NO_PROCESS: Omit<ExitInfo, 'error'> = Object.freeze({
  code: undefined,
  signal: undefined,
  requested: false,
  uptimeMs: 0,
  outcome: 'failure',
  failure: true,
});

function because(reason: string, causedBy: Cause): Cause {
  return { actor: 'restart-policy', reason, causedBy };
}
