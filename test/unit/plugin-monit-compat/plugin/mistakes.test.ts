import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, type ConfigIssue } from '@tappet/core';
import { pluginHarness } from '@tappet/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld } from './world.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'monit-mistakes-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function issuesOf(config: Readonly<Record<string, unknown>>): Promise<readonly ConfigIssue[]> {
  const failure = await pluginHarness(createWorld().plugin, { config }).catch((error: unknown) => error);
  if (!(failure instanceof ConfigError)) throw new Error('the configuration was accepted', { cause: failure });
  return failure.issues;
}

describe('a mistake', () => {
  it.each([
    ['rules', ['if cpu > 5% then alert', 'if memry > 5 MB then alert'], 1, '"memry" stands there'],
    ['rules', [{ rule: 'start program = "/bin/x"' }], 0, 'cannot use a start program in rules of a service'],
    ['monit', 'if uptime > 3 days then\n  restrt', undefined, 'monit:2:3: cannot read the statement'],
  ])('in %s = %j is shown where it stands', async (key, value, index, words) => {
    const [issue] = await issuesOf({ services: [{ name: 'app', command: '/bin/app', [key]: value }] });
    expect(issue?.path).toEqual(['services', 0, key, ...(index === undefined ? [] : [index])]);
    expect(issue?.message).toContain(words);
  });

  it('in an included file is shown at the list of files, with file, line and column', async () => {
    const file = join(folder, 'monitrc');
    writeFileSync(file, 'set daemon 5\nchekc process a with pidfile /run/a.pid\n', { mode: 0o600 });
    const issues = await issuesOf({ plugins: { 'monit-compat': { include: [file] } }, services: [] });
    expect(issues.map(({ path }) => path)).toEqual([['plugins', 'monit-compat', 'include']]);
    expect(issues[0]?.message).toContain(`${file}:2:1: cannot read the statement`);
    expect(issues[0]?.message).toContain('did you mean "check"?');
  });

  it('in a name that is to be fast is shown at that name', async () => {
    const monit = 'check process app with pidfile /run/app.pid';
    const issues = await issuesOf({ plugins: { 'monit-compat': { monit, fast: ['app', 'apq'] } }, services: [] });
    expect(issues.map(({ path }) => path)).toEqual([['plugins', 'monit-compat', 'fast', 1]]);
  });
});
