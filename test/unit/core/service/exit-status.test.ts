import { describe, expect, test } from 'vitest';
import { type ExitFacts, interpretExit } from '../../../../packages/core/src/service/exit-status.ts';

const facts: ExitFacts = {
  code: undefined,
  signal: undefined,
  requested: false,
  stopSignal: 'SIGTERM',
  successExitCodes: [0],
  uptimeMs: 1234,
  type: 'simple',
};

describe('an end is judged by one table', () => {
  const requested = true;
  test.each<{ summary: string; end: Partial<ExitFacts>; expected: string }>([
    { summary: 'code 0', end: { code: 0 }, expected: 'STOPPED success' },
    { summary: 'code 0 after a stop', end: { code: 0, requested }, expected: 'STOPPED success' },
    { summary: 'a listed code', end: { code: 3, successExitCodes: [3] }, expected: 'STOPPED success' },
    {
      summary: 'code 0 although only another is listed',
      end: { code: 0, successExitCodes: [3] },
      expected: 'STOPPED success',
    },
    { summary: 'a listed 143', end: { code: 143, successExitCodes: [0, 143] }, expected: 'STOPPED success' },
    { summary: 'code 1', end: { code: 1 }, expected: 'FAILED failure failed' },
    { summary: 'code 255', end: { code: 255 }, expected: 'FAILED failure failed' },
    { summary: 'code 1 after a stop', end: { code: 1, requested }, expected: 'FAILED failure failed' },
    { summary: 'code 137 after a stop', end: { code: 137, requested }, expected: 'STOPPED stopped' },
    { summary: 'code 143 after a stop', end: { code: 143, requested }, expected: 'STOPPED stopped' },
    { summary: 'SIGKILL after a stop', end: { signal: 'SIGKILL', requested }, expected: 'STOPPED stopped' },
    { summary: 'SIGTERM after a stop', end: { signal: 'SIGTERM', requested }, expected: 'STOPPED stopped' },
    { summary: 'code 137 unasked', end: { code: 137 }, expected: 'STOPPED killed failed unexpected' },
    { summary: 'code 143 unasked', end: { code: 143 }, expected: 'STOPPED killed failed unexpected' },
    { summary: 'SIGKILL unasked', end: { signal: 'SIGKILL' }, expected: 'STOPPED killed failed unexpected' },
    { summary: 'SIGTERM unasked', end: { signal: 'SIGTERM' }, expected: 'STOPPED killed failed unexpected' },
    { summary: 'SIGSEGV', end: { signal: 'SIGSEGV' }, expected: 'FAILED failure failed' },
    { summary: 'SIGSEGV after a stop', end: { signal: 'SIGSEGV', requested }, expected: 'FAILED failure failed' },
    { summary: 'SIGINT unasked', end: { signal: 'SIGINT' }, expected: 'FAILED failure failed' },
    {
      summary: 'SIGINT after a stop by SIGTERM',
      end: { signal: 'SIGINT', requested },
      expected: 'FAILED failure failed',
    },
    {
      summary: 'the stop signal of the service after a stop',
      end: { signal: 'SIGINT', stopSignal: 'SIGINT', requested },
      expected: 'STOPPED stopped',
    },
    {
      summary: '128 plus the stop signal after a stop',
      end: { code: 130, stopSignal: 'SIGINT', requested },
      expected: 'STOPPED stopped',
    },
    {
      summary: 'the stop signal of the service unasked',
      end: { signal: 'SIGINT', stopSignal: 'SIGINT' },
      expected: 'FAILED failure failed',
    },
    { summary: 'an end nobody saw', end: {}, expected: 'FAILED unknown failed' },
    { summary: 'an end nobody saw after a stop', end: { requested }, expected: 'STOPPED unknown' },
    { summary: 'a start that failed', end: { error: 'ENOENT' }, expected: 'FAILED failure failed' },
    { summary: 'an error while stopping', end: { error: 'boom', requested }, expected: 'FAILED failure failed' },
    { summary: 'a oneshot with code 0', end: { code: 0, type: 'oneshot' }, expected: 'STOPPED success completed' },
    { summary: 'a oneshot with code 1', end: { code: 1, type: 'oneshot' }, expected: 'FAILED failure failed' },
    {
      summary: 'a oneshot that was stopped',
      end: { signal: 'SIGTERM', requested, type: 'oneshot' },
      expected: 'STOPPED stopped',
    },
  ])('$summary: $expected', ({ end, expected }) => {
    const { info, state, completed, unexpected } = interpretExit({ ...facts, ...end });
    const flags = { failed: info.failure, completed, unexpected };
    const names = Object.entries(flags).flatMap(([name, isSet]) => (isSet ? [name] : []));
    expect([state, info.outcome, ...names].join(' ')).toBe(expected);
  });
});

test('an end carries a code or a signal, never both, and what it was told', () => {
  const { info } = interpretExit({ ...facts, code: 1, signal: 'SIGTERM', requested: true });
  expect(info).toEqual({
    code: 1,
    signal: undefined,
    requested: true,
    uptimeMs: 1234,
    outcome: 'failure',
    failure: true,
  });
});

test('the error of a failed start is kept, and absent otherwise', () => {
  expect(interpretExit({ ...facts, error: 'no such file' }).info.error).toBe('no such file');
  expect(interpretExit({ ...facts, code: 0 }).info).not.toHaveProperty('error');
});
