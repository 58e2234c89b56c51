import { ConfigError, didYouMean, nearest, renderError, renderIssues, TappetError } from '@tappet/core';
import { describe, expect, it } from 'vitest';

describe('nearest', () => {
  it.each([
    ['restrat', ['restart', 'required'], 'restart'],
    ['web-sever', ['web-server', 'worker'], 'web-server'],
    ['REDIS', ['redis'], 'redis'],
    ['rediss', ['mysql', 'redis'], 'redis'],
    ['htp', ['ftp', 'http'], 'http'],
    ['xyz', ['restart', 'required'], undefined],
    ['a', [], undefined],
  ])('%s among %j is %s', (name, candidates, expected) => {
    expect(nearest(name, candidates)).toBe(expected);
  });

  it('makes a question of it, or nothing', () => {
    expect(didYouMean('statsu', ['status'])).toBe('did you mean "status"?');
    expect(didYouMean('zzz', ['status'])).toBeUndefined();
  });
});

describe('rendering', () => {
  it('shows place, line, caret and hint of every issue', () => {
    const text = renderIssues([
      {
        code: 'ERR_CONFIG_UNKNOWN_KEY',
        message: 'unknown key "restrat"',
        path: ['services', 0, 'restrat'],
        file: 'services.toml',
        line: 4,
        column: 3,
        excerpt: '\t restrat = "always"',
        hint: 'did you mean "restart"?',
      },
      { code: 'ERR_CONFIG_TYPE', message: 'no', path: ['services', 1, 'env'], severity: 'warning' },
    ]);
    expect(text.split('\n')).toEqual([
      'services.toml:4:3: error: unknown key "restrat"',
      '  4 | \t restrat = "always"',
      '    | \t ^',
      '  hint: did you mean "restart"?',
      'services[1].env: warning: no',
    ]);
  });

  it('shows message and hint of an error, all issues of a ConfigError, and never a stack', () => {
    expect(renderError(new TappetError('cannot do it: no', { code: 'ERR_USAGE', hint: 'try this' }))).toBe(
      'cannot do it: no\n  try this',
    );
    const issue = { code: 'ERR_CONFIG_TYPE', message: 'wrong', path: ['a'] } as const;
    expect(renderError(new ConfigError([issue, issue]))).toBe('a: error: wrong\na: error: wrong');
    expect(renderError(new Error('plain'))).toBe('plain');
  });
});
