import { cronMatches, parseCron } from '@tappet/plugin-monit-compat/library';
import { describe, expect, it } from 'vitest';

function matches(text: string, time: string): boolean {
  const result = parseCron(text);
  if (!result.ok) throw new Error(result.why);
  return cronMatches(result.spec, new Date(time));
}

describe('schedules', () => {
  it.each([
    ['* * * * *', '2026-01-05T10:07:00', true],
    ['0,30 * * * *', '2026-01-05T10:30:59', true],
    ['0,30 * * * *', '2026-01-05T10:31:00', false],
    ['* 8-19 * * 1-5', '2026-01-05T19:59:00', true],
    ['* 8-19 * * 1-5', '2026-01-04T12:00:00', false],
    ['* * * * 7', '2026-01-04T12:00:00', true],
    ['* * * * 0', '2026-01-04T12:00:00', true],
    ['0 3 1 1 *', '2026-01-01T03:00:00', true],
    ['*/20 * * * *', '2026-01-05T10:40:00', true],
    ['*/20 * * * *', '2026-01-05T10:41:00', false],
  ])('%s at %s: %s', (text, time, expected) => {
    expect(matches(text, time)).toBe(expected);
  });

  it('knows which ones are newer than 5.33', () => {
    expect(parseCron('*/5 * * * *')).toMatchObject({ ok: true, newer: true });
    expect(parseCron('* * * *')).toMatchObject({ ok: false });
    expect(parseCron('mon * * * *')).toMatchObject({ ok: false });
  });
});
