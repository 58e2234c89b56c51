import type { RestartDecision } from '../hooks/events.ts';
import type { RestartPolicy } from '../plan/plan.ts';
import { backoffDelayMs } from './backoff.ts';
import type { ExitInfo } from './exit.ts';
import { decideByPolicy } from './restart-policy.ts';

/** Whether and when a service is started again. */
export type RestartChoice =
  | { readonly restart: true; readonly delayMs: number; readonly reason: string }
  | { readonly restart: false; readonly reason: string; readonly gaveUp: boolean };

/**
 * Puts together who has a say after an end: a plugin's opinion before the service's own policy, and the one restart
 * budget over both. `automatic` is set for a restart that a rule or probe asked for; the first of those is immediate.
 */
export function nextAttempt(options: {
  policy: RestartPolicy;
  consecutiveFailures: number;
  random: number;
  exit?: ExitInfo;
  opinion?: RestartDecision | undefined;
  automatic?: 'rule' | 'probe';
}): RestartChoice {
  const { policy, consecutiveFailures, random, exit, opinion, automatic } = options;
  if (opinion?.restart === false) return { restart: false, reason: opinion.reason, gaveUp: false };
  const spent = policy.maxAttempts > 0 && consecutiveFailures > policy.maxAttempts;
  if (automatic !== undefined || opinion?.restart === true) {
    if (spent)
      return { restart: false, reason: `gave up after ${consecutiveFailures} failures in a row`, gaveUp: true };
    const attempt = automatic === undefined ? consecutiveFailures : consecutiveFailures - 1;
    const delayMs =
      opinion?.delayMs ?? (attempt <= 0 ? 0 : backoffDelayMs(policy, { consecutiveFailures: attempt, random }));
    return { restart: true, delayMs, reason: opinion?.reason ?? `restart asked for by a ${automatic}` };
  }
  if (exit === undefined) return { restart: false, reason: 'nothing ended', gaveUp: false };
  return decideByPolicy({ policy, exit, consecutiveFailures, random });
}
