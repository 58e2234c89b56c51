import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localFiles, loadMonit } from '@tappet/plugin-monit-compat/library';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { load } from '../load.ts';
import { memoryFiles, neutralHost } from '../neutral-host.ts';

describe('include', () => {
  it('goes on with the body it stands in', () => {
    const { configuration, accepted } = load('check file f path /etc/f\n include /etc/t\n group b\n', 'strict', {
      '/etc/t': 'if size > 1 MB then alert\ngroup a',
    });
    expect(accepted).toBe(true);
    expect(configuration.services[0]).toMatchObject({
      groups: ['a', 'b'],
      rules: [{ text: 'if size > 1 MB then alert', at: { file: '/etc/t', line: 1 } }],
    });
  });

  it('may stand in the middle of a statement', () => {
    expect(
      load('check process p pidfile /x\nif include /etc/t then alert', 'strict', { '/etc/t': 'cpu > 1%' }).configuration
        .services[0]?.rules,
    ).toHaveLength(1);
  });

  it('reads the matches of a glob in reverse order', () => {
    const files = Object.fromEntries(['a', 'b', 'c'].map((name) => [`/d/${name}`, `check system ${name}\n`]));
    expect(load('include /d/*', 'strict', files).configuration.services.map(({ name }) => name)).toEqual([
      'c',
      'b',
      'a',
    ]);
  });

  it('reports a file that includes itself and goes on', () => {
    const { issues, configuration } = load('include /a\ncheck system s', 'strict', {
      '/a': 'include /b',
      '/b': 'include /a',
    });
    expect(issues).toMatchObject([{ severity: 'error', code: 'ERR_CONFIG_CYCLE', file: '/b', line: 1 }]);
    expect(configuration.services).toHaveLength(1);
  });

  it('may include one file twice', () => {
    const { configuration } = load('check system a\ninclude /t\ncheck system b\ninclude /t', 'strict', {
      '/t': 'group g',
    });
    expect(configuration.groups.get('g')).toEqual(['a', 'b']);
  });

  it('stops at 1024 files', () => {
    const files = Object.fromEntries(Array.from({ length: 1100 }, (_, index) => [`/d/${index}`, '']));
    expect(load('include /d/*', 'strict', files).issues).toMatchObject([
      { severity: 'error', message: expect.stringContaining('1024') },
    ]);
  });
});

describe('the control file itself', () => {
  it.each([
    [0o600, true],
    [0o400, true],
    [0o700, true],
    [0o640, false],
    [0o644, false],
    [0o602, false],
  ])('with mode %o is accepted: %s', (mode, accepted) => {
    const loaded = loadMonit('/m', {
      mode: 'strict',
      files: memoryFiles({ '/m': 'check system s' }, mode),
      host: neutralHost,
    });
    expect(loaded.accepted).toBe(accepted);
    if (!accepted) expect(loaded.issues).toMatchObject([{ code: 'ERR_CONFIG_UNSAFE', hint: 'chmod 600 /m' }]);
  });

  it('is reported when it does not exist', () => {
    expect(loadMonit('/nowhere', { files: memoryFiles(), host: neutralHost }).issues).toMatchObject([
      { code: 'ERR_CONFIG_NOT_FOUND' },
    ]);
  });
});

describe('files on disk', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'monit-include-'));
    for (const name of ['b.conf', 'a.conf', '.hidden.conf', 'x[1]'])
      writeFileSync(join(folder, name), 'check system x\n');
    mkdirSync(join(folder, 'dir.conf'));
    chmodSync(join(folder, 'a.conf'), 0o644);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['*.conf', ['a.conf', 'b.conf']],
    ['?.conf', ['a.conf', 'b.conf']],
    ['[!a].conf', ['b.conf']],
    ['.hid*', ['.hidden.conf']],
    ['a.conf', ['a.conf']],
    ['none*', []],
    [String.raw`x\[1]`, ['x[1]']],
  ])('glob %s finds files only', (pattern, names) => {
    expect(localFiles().glob(join(folder, pattern))).toEqual(names.map((name) => join(folder, name)));
  });
});
