import { describe, expect, test } from 'vitest';
import type { DependencyCondition } from '../../../../packages/core/src/plan/plan.ts';
import { type DependencyFacts, judgeDependency } from '../../../../packages/core/src/service/dependency.ts';

const facts = (changes: Partial<DependencyFacts>): DependencyFacts => ({
  name: 'db',
  type: 'simple',
  state: 'PENDING',
  enabled: true,
  required: false,
  started: false,
  lastOutcome: undefined,
  settled: false,
  ...changes,
});

const SITUATIONS = {
  'has not begun': facts({}),
  'is starting': facts({ state: 'STARTING', started: true }),
  'is running': facts({ state: 'RUNNING', started: true }),
  'is a running oneshot': facts({ type: 'oneshot', state: 'RUNNING', started: true }),
  'is a oneshot that succeeded': facts({
    type: 'oneshot',
    state: 'STOPPED',
    started: true,
    lastOutcome: 'success',
    settled: true,
  }),
  'is a oneshot that runs again after a success': facts({
    type: 'oneshot',
    state: 'STARTING',
    started: true,
    lastOutcome: 'success',
  }),
  'is a oneshot that failed': facts({
    type: 'oneshot',
    state: 'FAILED',
    started: true,
    lastOutcome: 'failure',
    settled: true,
  }),
  'is a required oneshot that failed': facts({
    type: 'oneshot',
    state: 'FAILED',
    required: true,
    started: true,
    lastOutcome: 'failure',
    settled: true,
  }),
  'has ended with success': facts({ state: 'STOPPED', started: true, lastOutcome: 'success', settled: true }),
  'waits to run again after a success': facts({ state: 'BACKOFF', started: true, lastOutcome: 'success' }),
  'has failed, a restart is being decided': facts({ state: 'FAILED', started: true, lastOutcome: 'failure' }),
  'waits to run again after a failure': facts({ state: 'BACKOFF', started: true, lastOutcome: 'failure' }),
  'has failed for good': facts({ state: 'FAILED', started: true, lastOutcome: 'failure', settled: true }),
  'has failed for good and is required': facts({
    state: 'FAILED',
    required: true,
    started: true,
    lastOutcome: 'failure',
    settled: true,
  }),
  'could never be spawned': facts({ state: 'FAILED', lastOutcome: 'failure', settled: true }),
  'was killed for good': facts({ state: 'STOPPED', started: true, lastOutcome: 'killed', settled: true }),
  'was stopped by somebody': facts({ state: 'STOPPED', started: true, lastOutcome: 'stopped', settled: true }),
  'is not enabled': facts({ state: 'STOPPED', enabled: false, settled: true }),
  'is not enabled, was started and stopped by a user': facts({
    state: 'STOPPED',
    enabled: false,
    started: true,
    lastOutcome: 'stopped',
    settled: true,
  }),
  'is not enabled but runs': facts({ state: 'RUNNING', enabled: false, started: true }),
} as const satisfies Record<string, DependencyFacts>;

// + satisfied, ! satisfied with a warning, . waiting, x impossible
const TABLE: readonly [keyof typeof SITUATIONS, string][] = [
  //                                                    default started ready completed succeeded
  ['has not begun', '. . . . .'],
  ['is starting', '. + . . .'],
  ['is running', '+ + + . .'],
  ['is a running oneshot', '. + + . .'],
  ['is a oneshot that succeeded', '+ + + + +'],
  ['is a oneshot that runs again after a success', '. + . . .'],
  ['is a oneshot that failed', '! + x + x'],
  ['is a required oneshot that failed', 'x + x + x'],
  ['has ended with success', '+ + x + +'],
  ['waits to run again after a success', '+ + . + +'],
  ['has failed, a restart is being decided', '. + . . .'],
  ['waits to run again after a failure', '. + . . .'],
  ['has failed for good', '! + x + x'],
  ['has failed for good and is required', 'x + x + x'],
  ['could never be spawned', '! x x x x'],
  ['was killed for good', '! + x + x'],
  ['was stopped by somebody', '. + . + .'],
  ['is not enabled', '! x x x x'],
  ['is not enabled, was started and stopped by a user', '! + x + x'],
  ['is not enabled but runs', '+ + + . .'],
];
const CONDITIONS: readonly DependencyCondition[] = ['default', 'started', 'ready', 'completed', 'succeeded'];

test('every situation is judged', () => {
  expect(TABLE.map(([situation]) => situation)).toEqual(Object.keys(SITUATIONS));
});

describe.each(TABLE)('a dependency that %s', (situation, marks) => {
  test.each(CONDITIONS.map((condition, index) => ({ condition, mark: marks.split(' ')[index] })))(
    '$condition: $mark',
    ({ condition, mark }) => {
      const { verdict, warning, message } = judgeDependency({ condition }, SITUATIONS[situation]);
      const found = { satisfied: warning === undefined ? '+' : '!', waiting: '.', impossible: 'x' }[verdict];
      expect(found).toBe(mark);
      expect(message).toContain('db');
    },
  );
});

describe('the message says', () => {
  test.each<[DependencyCondition, keyof typeof SITUATIONS, string]>([
    ['default', 'is starting', 'waiting for db to be ready (it is STARTING)'],
    ['default', 'is a running oneshot', 'waiting for db to end (it is RUNNING)'],
    ['succeeded', 'is running', 'waiting for db to end with success (it is RUNNING)'],
    ['default', 'is running', 'db is RUNNING'],
    ['default', 'is a oneshot that succeeded', 'db has completed'],
    ['ready', 'has failed for good', 'db has FAILED'],
    ['ready', 'was killed for good', 'db was killed'],
    ['ready', 'has ended with success', 'db has ended and is not ready'],
    ['started', 'is not enabled', 'db is not enabled'],
  ])('%s, it %s: %s', (condition, situation, message) => {
    expect(judgeDependency({ condition }, SITUATIONS[situation]).message).toBe(message);
  });

  test('why the service goes on without a failed optional dependency', () => {
    expect(judgeDependency({ condition: 'default' }, SITUATIONS['has failed for good']).warning).toBe(
      'going on although db has FAILED, because it is not required',
    );
  });
});
