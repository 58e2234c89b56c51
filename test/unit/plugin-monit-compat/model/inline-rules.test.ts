import { readInlineRules } from '@tappet/plugin-monit-compat/library';
import { describe, expect, it } from 'vitest';

describe('rules of one of our own services', () => {
  it('stand as one text, as the issue of the language shows it', () => {
    const { rules, restartLimits, accepted } = readInlineRules({
      service: 'web',
      monit:
        ' if cpu > 80% for 5 cycles then restart\n if failed port 8080 protocol http request /ok then restart\n if 3 restarts within 5 cycles then unmonitor ',
    });
    expect(accepted).toBe(true);
    expect(rules).toMatchObject([
      {
        test: { kind: 'resource', metric: 'cpu' },
        rate: { count: 5, cycles: 5 },
        action: { kind: 'restart' },
        fast: false,
        at: { file: 'monit', line: 1 },
      },
      { test: { kind: 'connection', protocol: 'http' } },
    ]);
    expect(restartLimits).toMatchObject([{ restarts: 3, cycles: 5, action: { kind: 'unmonitor' } }]);
  });

  it('or as a list, each with its own speed', () => {
    const { rules } = readInlineRules({
      service: 'web',
      fast: true,
      rules: ['if memory > 512 MB for 3 cycles then restart', { rule: 'if threads > 9 then alert', fast: false }],
    });
    expect(rules.map(({ fast, text }) => [fast, text])).toEqual([
      [true, 'if memory > 512 MB for 3 cycles then restart'],
      [false, 'if threads > 9 then alert'],
    ]);
  });

  it('report the place of a fault in the entry it stands in', () => {
    const { issues, accepted } = readInlineRules({
      service: 'web',
      rules: ['if cpu > 1% then alert', 'if memroy > 1 MB then alert'],
    });
    expect(accepted).toBe(false);
    expect(issues).toMatchObject([
      { file: 'rules[1]', line: 1, column: 4, path: ['web'], hint: 'did you mean "memory"?' },
    ]);
  });

  it.each([
    'start program = "/bin/true"',
    'depends on other',
    'check process x pidfile /x',
    'set daemon 5',
    'if failed ping then alert',
    'if space > 5% then alert',
  ])('refuse %s', (text) => {
    expect(readInlineRules({ service: 'web', monit: text }).accepted).toBe(false);
  });

  it('may be empty', () => {
    expect(readInlineRules({ service: 'web' })).toMatchObject({ rules: [], restartLimits: [], accepted: true });
  });
});
