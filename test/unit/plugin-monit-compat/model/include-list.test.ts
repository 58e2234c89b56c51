import { loadIncludeList } from '@tappet/plugin-monit-compat/library';
import { describe, expect, it } from 'vitest';
import { memoryFiles, neutralHost } from '../neutral-host.ts';

const files = memoryFiles({
  '/etc/monitrc': 'check system one\n',
  '/etc/conf.d/two': 'check process two with pidfile /run/two.pid\n',
});

describe('a list of control files', () => {
  it('is read with the text behind it as one configuration', () => {
    const include = ['/etc/monitrc', '/etc/conf.d/two'];
    const text = 'check process three with pidfile /run/three.pid';
    const { configuration, accepted } = loadIncludeList({ include, text, files, host: neutralHost });
    expect(accepted).toBe(true);
    expect(configuration.services.map(({ name }) => name).toSorted()).toEqual(['one', 'three', 'two']);
  });

  it.each([
    { include: [], of: 'alone' },
    { include: ['/etc/monitrc', '/etc/conf.d/two'], of: 'behind two files' },
  ])('has a mistake in the text $of at its own line', ({ include }) => {
    const text = 'set daemon 5\nchek process nothing';
    const { issues, accepted } = loadIncludeList({ include, text, files, host: neutralHost });
    expect(accepted).toBe(false);
    expect(issues[0]).toMatchObject({ line: 2, column: 1 });
  });
});
