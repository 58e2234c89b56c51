import { describe, expect, test } from 'vitest';
import type { RestartPolicy } from '../../../../packages/core/src/plan/plan.ts';
import { decideByPolicy } from '../../../../packages/core/src/service/restart-policy.ts';

const policy = (changes: Partial<RestartPolicy>): RestartPolicy => ({
  policy: 'on-failure',
  delayMs: 500,
  factor: 2,
  maxDelayMs: 30_000,
  jitter: 0,
  maxAttempts: 3,
  resetAfterMs: 30_000,
  ...changes,
});
const ENDS = {
  success: { failure: false, requested: false, outcome: 'success' },
  failure: { failure: true, requested: false, outcome: 'failure' },
  killed: { failure: true, requested: false, outcome: 'killed' },
  unknown: { failure: true, requested: false, outcome: 'unknown' },
  stopped: { failure: false, requested: true, outcome: 'stopped' },
  'failure while stopping': { failure: true, requested: true, outcome: 'failure' },
} as const;

describe('who is started again', () => {
  test.each<[RestartPolicy['policy'], keyof typeof ENDS, boolean]>([
    ['never', 'success', false],
    ['never', 'failure', false],
    ['never', 'killed', false],
    ['on-failure', 'success', false],
    ['on-failure', 'failure', true],
    ['on-failure', 'killed', true],
    ['on-failure', 'unknown', true],
    ['on-failure', 'stopped', false],
    ['on-failure', 'failure while stopping', false],
    ['always', 'success', true],
    ['always', 'failure', true],
    ['always', 'killed', true],
    ['always', 'stopped', false],
    ['always', 'failure while stopping', false],
  ])('%s after %s: %s', (name, end, restart) => {
    const exit = ENDS[end];
    const consecutiveFailures = exit.failure ? 1 : 0;
    const decision = decideByPolicy({ policy: policy({ policy: name }), exit, consecutiveFailures, random: 0.5 });
    expect(decision).toMatchObject(restart ? { restart } : { restart, gaveUp: false });
  });
});

describe('the budget', () => {
  const after = (consecutiveFailures: number, changes: Partial<RestartPolicy> = {}) =>
    decideByPolicy({ policy: policy(changes), exit: ENDS.failure, consecutiveFailures, random: 0.5 });

  test('allows as many restarts in a row as it says, each after a longer pause', () => {
    expect([1, 2, 3].map((failures) => after(failures))).toEqual([
      { restart: true, delayMs: 500, reason: 'restart 1/3' },
      { restart: true, delayMs: 1000, reason: 'restart 2/3' },
      { restart: true, delayMs: 2000, reason: 'restart 3/3' },
    ]);
  });

  test('gives up at the failure after the last restart', () => {
    expect(after(4)).toEqual({
      restart: false,
      gaveUp: true,
      reason: 'gave up: it failed again after 3 restarts in a row',
    });
    expect(after(2, { maxAttempts: 1 })).toMatchObject({
      gaveUp: true,
      reason: expect.stringContaining('1 restart in'),
    });
  });

  test('of 0 never gives up', () => {
    expect(after(1_000_000, { maxAttempts: 0 })).toEqual({ restart: true, delayMs: 30_000, reason: 'restart 1000000' });
  });

  test('is not touched by clean ends: they restart under "always" after the first pause, whatever failed before', () => {
    const always = policy({ policy: 'always' });
    const decision = decideByPolicy({ policy: always, exit: ENDS.success, consecutiveFailures: 99, random: 0.5 });
    expect(decision).toMatchObject({ restart: true, delayMs: 500 });
  });
});
