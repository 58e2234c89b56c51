import { describe, expect, it } from 'vitest';
import { load } from '../load.ts';

describe('issues of a control file', () => {
  it('say file, line, column and what was expected, and the statements after them still count', () => {
    const { issues, accepted, configuration } = load(`check process web with pidfile /run/web.pid
  start program = /bin/true
  if cpuu > 50% then alert
  if cpu > 50% then alert
check file f with path relative
check file g with path /etc/g
  if size > 1 MB the alert
  group ops
`);
    expect(accepted).toBe(false);
    const errors = issues.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ line, column }) => [line, column])).toEqual([
      [2, 17],
      [3, 6],
      [5, 24],
      [7, 22],
    ]);
    expect(errors[1]).toMatchObject({
      file: 'monitrc',
      message: expect.stringContaining('"cpuu" stands there'),
      hint: 'did you mean "cpu"?',
      path: ['web'],
      excerpt: '  if cpuu > 50% then alert',
    });
    expect(errors[2]?.message).toContain('a path that begins with "/"');
    expect(configuration.byName.get('web')?.rules).toHaveLength(1);
    expect(configuration.byName.get('g')?.groups).toEqual(['ops']);
  });

  it.each([
    ['check process p pidfile /x\nif cpu > 1% for 65 cycles then alert', 'between 1 and 64'],
    ['check process p pidfile /x\nif cpu > 1% for 6 times within 5 cycles then alert', '6 events in 5 cycles'],
    ['check process p pidfile /x\nif 10 restarts within 5 cycles then stop', '10 restarts within 5 cycles'],
    ['check process p pidfile /x\nif failed uid nosuch then alert', 'the user "nosuch"'],
    ['check process p pidfile /x\nstart "/bin/true" as gid nosuch', 'the group "nosuch"'],
    ['check file f path /x\nif failed permission 888 then alert', '"888"'],
    ['check file f path /x\nif content = "(" then alert', 'a ( is never closed'],
    ['check process p pidfile /x\ncheck process P pidfile /y', 'define the service "P" again'],
    ['check process p pidfile /x\ndepends on q', 'depend on "q"'],
    ['check process p pidfile /x\ndepends on q\ncheck process q pidfile /y\ndepends on p', 'circle: p → q → p'],
    ['check host h address x', 'needs a test of a port'],
    ['set daemon 0', 'greater than 0'],
    ['set init', 'without a poll time'],
    ['check process p pidfile /x\nif failed host a@b port 80 then alert', 'a host name or address'],
    ['check process p pidfile /x\nstart program "/bin/true "unbalanced"', 'never closed'],
    ['include /nowhere/*\nfoo', '"foo" stands there'],
  ])('%j: %s', (text, part) => {
    const { issues, accepted } = load(text);
    expect(accepted).toBe(false);
    expect(issues.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual(
      expect.arrayContaining([expect.stringContaining(part)]),
    );
    for (const { line, column } of issues) expect([line, column]).toEqual([expect.any(Number), expect.any(Number)]);
  });

  it('warns about what the reference program warns about', () => {
    const { issues, accepted } = load(
      'include /nowhere/*\nset mmonit http://a/collector\ncheck process p pidfile /x\nstart "/bin/nothing"\nevery 2 cycles\nevery 3 cycles\n',
    );
    expect(accepted).toBe(true);
    expect(issues.map(({ message }) => message)).toEqual([
      expect.stringContaining('no file matches'),
      expect.stringContaining('/bin/nothing'),
      expect.stringContaining('more than once'),
      expect.stringContaining('M/Monit'),
    ]);
  });
});
