import { wrongAnswer } from './answers.ts';
import { HOOKS } from './hooks.ts';
import type { IsolatedTap } from './isolated-tap.ts';
import { isPromiseLike } from './promise-like.ts';
import { fail, measure, refusePromise, succeedUnlessBlocked } from './verdict.ts';

/** A function for tapable's sync hooks that never throws, and answers undefined when the tap fails. */
export function isolateSync(tap: IsolatedTap): (payload: unknown) => unknown {
  const { trace, clock, run } = tap;
  const { hook } = trace.identity;
  const answers = HOOKS[hook].kind === 'decide';
  return (payload) => {
    if (trace.isOff || trace.isQuarantined || tap.rests.leftMs(trace.identity.plugin) > 0) return undefined;
    const startedMs = clock.nowMs();
    let result: unknown;
    try {
      result = run(payload, undefined);
    } catch (error) {
      measure(tap, { startedMs });
      fail(tap, error);
      return undefined;
    }
    const blockedMs = measure(tap, { startedMs });
    if (isPromiseLike(result)) {
      refusePromise(tap, result);
      return undefined;
    }
    const answer = result ?? undefined;
    const wrong = answers ? wrongAnswer(hook, answer) : undefined;
    if (wrong !== undefined) {
      fail(tap, new TypeError(wrong));
      return undefined;
    }
    succeedUnlessBlocked(tap, blockedMs);
    return answer;
  };
}
