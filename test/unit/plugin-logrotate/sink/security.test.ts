import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { RotationRules } from '@tappet/plugin-logrotate';
import { describe, expect, it } from 'vitest';
import { LogFolder, whyUnsafe } from '../../../../packages/plugin-logrotate/src/sink/log-folder.ts';
import { shred } from '../../../../packages/plugin-logrotate/src/sink/shred.ts';
import { sinkBench, type SinkBench } from './bench.ts';

const isRoot = process.geteuid?.() === 0;
if (!isRoot) {
  if (process.env['CI'] !== undefined) throw new Error('the security tests need root');
  console.warn('skipped: security tests that need root');
}
const NOBODY = 65_534;
const MALLORY = 1234;
const NEVER: Partial<RotationRules> = { criterion: { kind: 'size', bytes: 1e9 }, rotate: 3 };
const noTrust = { serviceUid: undefined, su: undefined };

interface Scene extends SinkBench {
  at(name: string): string;
  said(): string;
  /** Writes a line and rotates. */
  rotate(rules?: Partial<RotationRules>): Promise<void>;
}

/** A log `web.log` in a folder in which somebody has prepared something. `victim` is what must stay as it is. */
function scene(): Scene {
  const bench = sinkBench();
  const at = (name: string): string => join(bench.folder, name);
  writeFileSync(at('victim'), 'precious', { mode: 0o600 });
  return Object.assign(bench, {
    at,
    said: () => bench.logged.map(({ message }) => message).join('\n'),
    async rotate(rules: Partial<RotationRules> = {}) {
      const sink = bench.sink({ ...NEVER, ...rules });
      sink.write(Buffer.from('a line\n'));
      for (const file of bench.logs.files) file.rotate();
      await bench.logs.idle();
    },
  });
}

function expectUntouched({ at }: Scene): void {
  expect(readFileSync(at('victim'), 'utf8')).toBe('precious');
  expect(statSync(at('victim')).mode & 0o777).toBe(0o600);
  expect(statSync(at('victim')).uid).toBe(process.geteuid?.());
}

describe("a link at the log's own path", () => {
  it.each([
    ['symbolic, to a file', (one: Scene) => symlinkSync(one.at('victim'), one.at('web.log'))],
    ['symbolic, to nothing yet', (one: Scene) => symlinkSync(one.at('planted'), one.at('web.log'))],
    ['hard', (one: Scene) => linkSync(one.at('victim'), one.at('web.log'))],
  ])('is not written through: %s', async (_, plant) => {
    const one = scene();
    plant(one);
    await one.rotate();
    expectUntouched(one);
    expect(existsSync(one.at('planted'))).toBe(false);
    expect(one.said()).toMatch(/cannot write .*web\.log/);
  });

  it.each([
    ['symbolic', (one: Scene) => symlinkSync(one.at('victim'), one.at('web.log'))],
    ['hard', (one: Scene) => linkSync(one.at('victim'), one.at('web.log'))],
  ])('is not written through when it comes between two lines, at a reload: %s', (_, plant) => {
    const one = scene();
    const sink = one.sink(NEVER);
    sink.write(Buffer.from('before\n'));
    renameSync(one.at('web.log'), one.at('moved'));
    plant(one);
    const next = one.sink(NEVER);
    next.write(Buffer.from('after\n'));
    expectUntouched(one);
    expect(one.said()).toMatch(/cannot write .*web\.log/);
  });

  it('is not emptied by copytruncate', async () => {
    const one = scene();
    linkSync(one.at('victim'), one.at('web.log'));
    await one.rotate({ copyTruncate: true });
    expectUntouched(one);
    expect(one.names()).not.toContain('web.log.1');
  });
});

describe('a link at the name of an old log', () => {
  it.each([
    ['renamed', {}, 'web.log.1'],
    ['copied', { copyTruncate: true }, 'web.log.1'],
    ['of a compressed one', { compress: true }, 'web.log.1.gz'],
  ] as const)('does not lead the rotation elsewhere: %s', async (_, rules, name) => {
    const one = scene();
    symlinkSync(one.at('victim'), one.at(name));
    await one.rotate(rules);
    expectUntouched(one);
    // Moved on as what it is, never opened.
    expect(lstatSync(one.at(name.replace('.1', '.2'))).isSymbolicLink()).toBe(true);
  });

  it.each([
    ['symbolic', (one: Scene) => symlinkSync(one.at('victim'), one.at('web.log.1'))],
    ['hard', (one: Scene) => linkSync(one.at('victim'), one.at('web.log.1'))],
  ])('is not compressed, which would copy what it points to: %s', async (_, plant) => {
    const one = scene();
    plant(one);
    one.sink({ ...NEVER, compress: true });
    await one.logs.idle();
    expectUntouched(one);
    expect(one.names().filter((name) => name.endsWith('.gz'))).toEqual([]);
    expect(one.said()).toMatch(/cannot compress .*web\.log\.1/);
  });

  it.each([
    ['symbolic', (one: Scene) => symlinkSync(one.at('victim'), one.at('web.log.3'))],
    ['hard', (one: Scene) => linkSync(one.at('victim'), one.at('web.log.3'))],
  ])('is removed by shred without being overwritten: %s', async (_, plant) => {
    const one = scene();
    plant(one);
    await expect(shred(one.at('web.log.3'), 1)).rejects.toThrow(/symbolic link|one name/);
    await one.rotate({ shred: true });
    for (const name of ['web.log.1', 'web.log.2']) writeFileSync(one.at(name), 'old\n');
    await one.rotate({ shred: true });
    expectUntouched(one);
  });

  it('is not believed when it looks like what a killed supervisor left behind', () => {
    const one = scene();
    const [name, copy] = ['.web.log.tappet-rest', '.web.log.tappet-copy'].map(one.at) as [string, string];
    writeFileSync(one.at('web.log'), 'kept\n');
    mkdirSync(one.at('elsewhere'));
    writeFileSync(copy, 'planted');
    writeFileSync(one.at('planted'), '{"target":"web.log.1","size":0}\nplanted\n');
    symlinkSync(one.at('planted'), name);
    one.sink({ ...NEVER, copyTruncate: true });
    expect(readFileSync(one.at('web.log'), 'utf8')).toBe('kept\n');

    renameSync(name, one.at('link'));
    writeFileSync(name, '{"target":"elsewhere/web.log","size":0}\n');
    one.restart();
    one.sink({ ...NEVER, copyTruncate: true });
    expect(readdirSync(one.at('elsewhere'))).toEqual([]);
    expect(readFileSync(one.at('web.log'), 'utf8')).toBe('kept\n');
    expect(one.said()).toMatch(/names a file elsewhere/);
  });
});

describe('a race for a new file', () => {
  it('is lost by whoever wants to read it before its mode is set', () => {
    const one = scene();
    const old = process.umask(0);
    try {
      one.sink({ ...NEVER, create: { mode: 0o600 } }).write(Buffer.from('secret\n'));
      expect(statSync(one.at('web.log')).mode & 0o777).toBe(0o600);
    } finally {
      process.umask(old);
    }
  });

  it('is lost by whoever swaps the folder for a link after the check', async () => {
    const one = scene();
    const [logs, moved, elsewhere] = ['logs', 'moved', 'elsewhere'].map(one.at) as [string, string, string];
    mkdirSync(elsewhere);
    const folder = new LogFolder(logs, noTrust);
    folder.of('web.log');
    renameSync(logs, moved);
    symlinkSync(elsewhere, logs);
    writeFileSync(folder.of('web.log'), 'a line\n');
    renameSync(folder.of('web.log'), folder.of('web.log.1'));
    folder.close();
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(readdirSync(moved)).toEqual(['web.log.1']);
  });
});

describe.runIf(isRoot)('a folder that somebody else than root can change', () => {
  it.each([
    ['writable by all', (path: string) => chmodSync(path, 0o777), 'may be written by others'],
    [
      'writable by a group of people',
      (path: string) => (chownSync(path, 0, 1000), chmodSync(path, 0o775)),
      'may be written by others',
    ],
    ['owned by another user', (path: string) => chownSync(path, MALLORY, 0), `belongs to user ${MALLORY}`],
    ["owned by the service's user", (path: string) => chownSync(path, NOBODY, 0), "belongs to the service's user"],
  ])('gets no log of root: %s', (_, spoil, reason) => {
    const one = scene();
    const trust = { serviceUid: NOBODY, su: undefined };
    for (const name of ['logs', 'above']) mkdirSync(one.at(name));
    mkdirSync(one.at('above/logs'));
    spoil(one.at('logs'));
    spoil(one.at('above'));
    symlinkSync(one.at('logs'), one.at('link'));
    for (const name of ['logs', 'logs/new/deep', 'above/logs', 'link']) {
      const folder = new LogFolder(one.at(name), trust);
      expect(() => folder.of('web.log'), name).toThrow(reason);
    }
    expect(readdirSync(one.at('logs'))).toEqual([]);
  });

  it('gets one in the name of the account that su names, and of no other', () => {
    const one = scene();
    mkdirSync(one.at('logs'));
    chownSync(one.at('logs'), NOBODY, NOBODY);
    const su = { user: 'nobody', uid: NOBODY, group: 'nogroup', gid: NOBODY };
    expect(whyUnsafe(one.at('logs'), { ...noTrust, su })).toBeUndefined();
    expect(whyUnsafe(one.at('logs'), { ...noTrust, su: { ...su, uid: MALLORY } })).toMatch(/belongs to user/);
  });

  it('cannot have a killed supervisor complete what that account has made up', () => {
    const one = scene();
    writeFileSync(one.at('web.log'), 'kept\n');
    writeFileSync(one.at('.web.log.tappet-rest'), '{"target":"web.log.1","size":0}\nmade up\n');
    chownSync(one.at('.web.log.tappet-rest'), NOBODY, NOBODY);
    one.sink({ ...NEVER, copyTruncate: true });
    expect(readFileSync(one.at('web.log'), 'utf8')).toBe('kept\n');
    expect(one.said()).toMatch(/was not written by the supervisor/);
  });
});

describe('a name with characters that mean something to a shell', () => {
  it('is a word for scripts, compressors and shred', async () => {
    const one = scene();
    const evil = '$(touch hacked)`touch hacked`;touch hacked;\'"\n-n.log';
    const script = `printf '%s\\n' "$1" >> ${one.at('said')}\n`;
    const rules: RotationRules['scripts'] = { prerotate: script, postrotate: script, preremove: script };
    const path = one.at(evil);
    const settings = one.settings({ ...NEVER, rotate: 1, compress: true, shred: true, scripts: rules });
    const sink = one.logs.sink({ ...settings, path });
    for (let round = 0; round < 2; round++) {
      sink.write(Buffer.from('a line\n'));
      for (const file of one.logs.files) file.rotate();
      await one.logs.idle();
      await expect.poll(() => one.names()).toContain(`${evil}.1.gz`);
    }
    expect(readFileSync(one.at('said'), 'utf8')).toContain(`${path}\n${path}\n`);
    expect(existsSync('hacked') || existsSync(one.at('hacked'))).toBe(false);
  });
});

describe('the state of captured logs', () => {
  const daily: Partial<RotationRules> = { criterion: { kind: 'daily' }, rotate: 3 };

  it('is not for others to read, so nobody can hold a lock on it', () => {
    const one = scene();
    one.sink(daily);
    expect(statSync(one.at('.status')).mode & 0o777).toBe(0o640);
  });

  it('replaces a link at its path, or at the name it is prepared under, and leaves what it points to', () => {
    const one = scene();
    symlinkSync(one.at('victim'), one.at('.status'));
    symlinkSync(one.at('victim'), one.at('.status.tmp'));
    one.sink(daily);
    expectUntouched(one);
    expect(lstatSync(one.at('.status')).isFile()).toBe(true);
    expect(existsSync(one.at('.status.tmp'))).toBe(false);
  });

  it('does not block on a pipe at its path', () => {
    const one = scene();
    expect(spawnSync('mkfifo', [one.at('.status')]).status).toBe(0);
    one.sink(daily).write(Buffer.from('a line\n'));
    expect(one.text('web.log')).toBe('a line\n');
  });

  it('begins anew when what is there is no state', async () => {
    const one = scene();
    writeFileSync(one.at('.status'), `logrotate state -- version 2\n"${'x'.repeat(20_000)}" 2026-1-1\n`);
    await one.rotate(daily);
    expect(readFileSync(one.at('.status'), 'utf8')).toMatch(/^logrotate state -- version 2\n".*web\.log" \d+-/);
  });
});
