import { compilePattern } from '@tappet/plugin-monit-compat/library';
import { describe, expect, it } from 'vitest';

describe('POSIX extended patterns', () => {
  it.each([
    ['a{1}', 'a', true],
    ['a**', 'b', true],
    ['^a{,2}$', 'aaa', false],
    ['[]a]', ']', true],
    ['[[:digit:]]+x', 'a12x', true],
    ['[^[:space:]]', ' ', false],
    ['a)', 'a)', true],
    ['(|a)b', 'b', true],
    [String.raw`\.d`, 'xd', false],
    [String.raw`a\d`, 'ad', true],
    ['/usr/(s)?bin', '/usr/sbin/x', true],
    ['a.c$', 'abc', true],
    [String.raw`\<web\>`, 'a web b', true],
  ])('%s on %j: %s', (pattern, text, matches) => {
    const result = compilePattern(pattern);
    expect(result.ok && result.pattern.test(text)).toBe(matches);
  });

  it.each([
    'a{',
    'a{1',
    '{1}',
    'a{x}',
    '[z-a]',
    '[[:foo:]]',
    '(*a)',
    'a|*b',
    '^*',
    'a{2,1}',
    '[a',
    '*',
    '+a',
    '(a',
    'a\\',
  ])('refuses %s', (pattern) => {
    expect(compilePattern(pattern)).toMatchObject({ ok: false, why: expect.any(String) });
  });
});
