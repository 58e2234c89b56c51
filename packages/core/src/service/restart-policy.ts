import type { RestartPolicy } from '../plan/plan.ts';
import { backoffDelayMs } from './backoff.ts';
import type { ExitInfo } from './exit.ts';

/** What the restart policy of a service says after an end. `gaveUp`: it would have restarted, but the budget is spent. */
export type PolicyDecision =
  | { readonly restart: true; readonly delayMs: number; readonly reason: string }
  | { readonly restart: false; readonly reason: string; readonly gaveUp: boolean };

/**
 * Whether and when a service is started again after an end.
 *
 * An end that was asked for never restarts. `on-failure` restarts failures, among them ends by SIGKILL or SIGTERM from outside;
 * `always` restarts every other end as well. The budget counts consecutive failures only: after `maxAttempts` restarts the next failure is final.
 * A clean end neither uses the budget nor waits longer than the first pause.
 * @param consecutiveFailures failures since the service was last stable, this end included when it is one
 */
export function decideByPolicy(options: {
  readonly policy: RestartPolicy;
  readonly exit: Pick<ExitInfo, 'failure' | 'requested' | 'outcome'>;
  readonly consecutiveFailures: number;
  /** From 0 to 1 (exclusive), as from Math.random. */
  readonly random: number;
}): PolicyDecision {
  const { policy, exit, consecutiveFailures, random } = options;
  if (exit.requested) return { restart: false, reason: 'it was asked to stop', gaveUp: false };
  if (policy.policy === 'never') return { restart: false, reason: 'its restart policy is "never"', gaveUp: false };
  if (!exit.failure) return afterCleanEnd(policy, random);
  const { maxAttempts } = policy;
  if (maxAttempts > 0 && consecutiveFailures > maxAttempts) {
    const restarts = maxAttempts === 1 ? '1 restart' : `${maxAttempts} restarts`;
    return { restart: false, reason: `gave up: it failed again after ${restarts} in a row`, gaveUp: true };
  }
  return {
    restart: true,
    delayMs: backoffDelayMs(policy, { consecutiveFailures, random }),
    reason: `restart ${consecutiveFailures}${maxAttempts > 0 ? `/${maxAttempts}` : ''}`,
  };
}

function afterCleanEnd(policy: RestartPolicy, random: number): PolicyDecision {
  if (policy.policy === 'on-failure') return { restart: false, reason: 'it ended without failure', gaveUp: false };
  return {
    restart: true,
    delayMs: backoffDelayMs(policy, { consecutiveFailures: 1, random }),
    reason: 'it ended and its restart policy is "always"',
  };
}
