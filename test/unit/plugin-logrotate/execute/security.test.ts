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
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { localFiles } from '../../../../packages/plugin-logrotate/src/execute/local-files.ts';
import { until, workplaces } from './program.ts';

const workplace = workplaces();
const isRoot = process.geteuid?.() === 0;
if (!isRoot) {
  if (process.env['CI'] !== undefined) throw new Error('the security tests need root');
  console.warn('skipped: security tests that need root');
}

describe('a log that is not what it seems', () => {
  it('is left alone when it is a symbolic link', () => {
    const { at, configure, run } = workplace();
    writeFileSync(at('secret'), 'secret');
    symlinkSync(at('secret'), at('logs', 'a.log'));
    configure('$D/logs/*.log {\n  rotate 1\n  copytruncate\n}\n');
    expect(run('-f').status).toBe(0);
    expect(readFileSync(at('secret'), 'utf8')).toBe('secret');
    expect(readdirSync(at('logs'))).toEqual(['a.log']);
  });

  it('is left alone when it has a second name', () => {
    const { at, configure, run } = workplace();
    writeFileSync(at('secret'), 'secret');
    linkSync(at('secret'), at('logs', 'a.log'));
    configure('$D/logs/*.log {\n  rotate 1\n  copytruncate\n  shred\n}\n');
    expect(run('-f').status).toBe(0);
    expect(readFileSync(at('secret'), 'utf8')).toBe('secret');
  });

  it('is not followed when it becomes a link only after the look', async () => {
    const { at } = workplace();
    writeFileSync(at('secret'), 'secret');
    symlinkSync(at('secret'), at('logs', 'a.log'));
    symlinkSync(at('secret'), at('logs', 'a.log.1'));
    const files = localFiles();
    const copying = { from: at('logs', 'a.log'), to: at('logs', 'copy'), nowMs: 0 };
    await expect(files.copyTruncate(copying)).rejects.toThrow('Too many levels of symbolic links');
    await expect(files.copy(copying)).rejects.toThrow('Too many levels of symbolic links');
    await expect(files.truncate(copying.from)).rejects.toThrow('Too many levels of symbolic links');
    const options = { command: '/bin/gzip', options: undefined, log: 'a.log', nowMs: 0 };
    const compressing = files.compress({ path: at('logs', 'a.log.1'), target: at('logs', 'a.log.1.gz'), ...options });
    await expect(compressing).rejects.toThrow('Too many levels of symbolic links');
    await files.close();
    expect(readFileSync(at('secret'), 'utf8')).toBe('secret');
    expect(existsSync(at('logs', 'a.log.1.gz'))).toBe(false);
  });

  it('gives no access to a file that a shredded name points to', async () => {
    const { at } = workplace();
    writeFileSync(at('secret'), 'secret');
    symlinkSync(at('secret'), at('logs', 'a.log.1'));
    linkSync(at('secret'), at('logs', 'a.log.2'));
    const files = localFiles();
    for (const name of ['a.log.1', 'a.log.2']) {
      await files.remove({ path: at('logs', name), shred: true, shredCycles: 1, allowHardlink: false });
    }
    await files.close();
    expect(readFileSync(at('secret'), 'utf8')).toBe('secret');
    expect(readdirSync(at('logs'))).toEqual([]);
  });
});

describe('a new file in a place that somebody else prepared', () => {
  it('is not written through a link under its name', async () => {
    const { at } = workplace();
    writeFileSync(at('victim'), 'precious');
    symlinkSync(at('victim'), at('logs', 'a.log'));
    const files = localFiles();
    const uid = process.geteuid?.() ?? 0;
    const gid = process.getegid?.() ?? 0;
    await expect(files.create(at('logs', 'a.log'), { mode: 0o666, uid, gid })).rejects.toThrow('error creating');
    await files.close();
    expect(readFileSync(at('victim'), 'utf8')).toBe('precious');
    expect((statSync(at('victim')).mode & 0o777).toString(8)).toBe('644');
  });

  it('goes to the directory that was checked, even when its name leads elsewhere by now', async () => {
    const { at } = workplace();
    mkdirSync(at('elsewhere'));
    const files = localFiles();
    await files.facts(`${at('logs')}/.`);
    renameSync(at('logs'), at('moved'));
    symlinkSync(at('elsewhere'), at('logs'));
    await files.create(at('logs', 'a.log'), {
      mode: 0o644,
      uid: process.geteuid?.() ?? 0,
      gid: process.getegid?.() ?? 0,
    });
    await files.close();
    expect(readdirSync(at('elsewhere'))).toEqual([]);
    expect(readdirSync(at('moved'))).toEqual(['a.log']);
  });

  it('is never readable by others before its mode is set', async () => {
    const { at } = workplace();
    writeFileSync(at('logs', 'a.log'), 'x'.repeat(100_000), { mode: 0o600 });
    const old = process.umask(0);
    const files = localFiles();
    const copying = files.copy({ from: at('logs', 'a.log'), to: at('logs', 'a.log.1'), nowMs: 0 });
    const seen = (lstatSync(at('logs', 'a.log.1'), { throwIfNoEntry: false })?.mode ?? 0o600) & 0o077;
    await copying;
    await files.close();
    process.umask(old);
    expect(seen).toBe(0);
    expect((statSync(at('logs', 'a.log.1')).mode & 0o777).toString(8)).toBe('600');
  });
});

describe('names with characters that mean something to a shell', () => {
  it('are words everywhere: for shred, scripts, compressors and mail', () => {
    const { at, configure, run } = workplace();
    const evil = 'a$(touch hacked)`touch hacked`;touch hacked;\'"\n-n.log';
    writeFileSync(at('logs', evil), 'x');
    writeFileSync(at('logs', `${evil}.1.gz`), gzipSync('old'));
    writeFileSync(at('mailer'), '#!/bin/sh\nprintf "%s" "$2" > "$(dirname "$0")/subject"\n', { mode: 0o755 });
    const compress = '  compress\n  compresscmd /bin/gzip\n  compressoptions -v\n';
    const scripts = '  postrotate\n    printf "%s" "$1" > "$(dirname "$1")/../said"\n  endscript\n';
    configure(`$D/logs/*.log {\n  rotate 1\n  shred\n  mail x@example.org\n${compress}${scripts}}\n`);
    run('-f', '-m', at('mailer'));
    expect(existsSync(at('hacked'))).toBe(false);
    expect(existsSync(at('logs', 'hacked'))).toBe(false);
    expect(readFileSync(at('said'), 'utf8')).toBe(at('logs', evil));
    expect(readFileSync(at('subject'), 'utf8')).toBe(at('logs', `${evil}.2.gz`));
    expect(readdirSync(at('logs'))).toEqual([`${evil}.1.gz`]);
  });
});

describe.runIf(isRoot)('as root', () => {
  it('does not rotate in a directory that others may write to, unless su says as whom', () => {
    const { at, configure, run } = workplace();
    chmodSync(at('logs'), 0o777);
    writeFileSync(at('logs', 'a.log'), 'x');
    configure('$D/logs/a.log {\n  rotate 1\n}\n');
    const refused = run('-f');
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('skipping');
    expect(readdirSync(at('logs'))).toEqual(['a.log']);
    configure('$D/logs/a.log {\n  su root root\n  rotate 1\n}\n');
    expect(run('-f').status).toBe(0);
    expect(readdirSync(at('logs'))).toEqual(['a.log.1']);
  });

  it('does the work of su in a process that cannot do more than that user', () => {
    const { at, configure, run } = workplace();
    chownSync(at('logs'), 1, 1);
    writeFileSync(at('logs', 'a.log'), 'x');
    chownSync(at('logs', 'a.log'), 1, 1);
    writeFileSync(at('secret'), 'secret', { mode: 0o600 });
    symlinkSync(at('secret'), at('logs', 'b.log'));
    configure('$D/logs/*.log {\n  su daemon daemon\n  rotate 1\n  create 0600 root root\n}\n');
    expect(run('-f').status).toBe(0);
    expect([statSync(at('logs', 'a.log')).uid, statSync(at('logs', 'a.log.1')).uid]).toEqual([1, 1]);
    expect(readFileSync(at('secret'), 'utf8')).toBe('secret');
    configure('$D/unreadable/a.log {\n  su daemon daemon\n  rotate 1\n}\n');
    mkdirSync(at('unreadable'), { mode: 0o700 });
    writeFileSync(at('unreadable', 'a.log'), 'x');
    expect(run('-f').status).toBe(1);
    expect(readdirSync(at('unreadable'))).toEqual(['a.log']);
  });

  it('ignores a configuration that others may write or own', () => {
    const { at, configure, run } = workplace();
    writeFileSync(at('logs', 'a.log'), 'x');
    configure('$D/logs/a.log {\n  rotate 1\n}\n');
    chmodSync(at('config'), 0o664);
    expect(run('-f')).toMatchObject({ status: 1, stderr: expect.stringContaining('writable by group or others') });
    chmodSync(at('config'), 0o644);
    chownSync(at('config'), 1, 1);
    expect(run('-f')).toMatchObject({ status: 1, stderr: expect.stringContaining('owner is wrong') });
    expect(readdirSync(at('logs'))).toEqual(['a.log']);
  });
});

describe('the lock on the state', () => {
  const SLOW = '  prerotate\n    : > $D/started; while [ ! -e $D/go ]; do sleep 0.01; done\n  endscript\n';

  it('makes a second run end with 3, and is free after the first', async () => {
    const { at, configure, run, start } = workplace();
    writeFileSync(at('logs', 'a.log'), 'x');
    configure(`$D/logs/a.log {\n  rotate 1\n  missingok\n${SLOW}}\n`);
    const first = start('-f');
    await until('the first run works', () => existsSync(at('started')));
    const second = run('-f');
    expect(second.status).toBe(3);
    expect(second.stderr).toContain('already locked');
    writeFileSync(at('go'), '');
    expect((await once(first, 'exit'))[0]).toBe(0);
    expect(run().status).toBe(0);
  });

  it('is waited for when asked', async () => {
    const { at, configure, start } = workplace();
    writeFileSync(at('logs', 'a.log'), 'x');
    configure(`$D/logs/a.log {\n  rotate 2\n  create\n${SLOW}}\n`);
    const first = start('-f');
    await until('the first run works', () => existsSync(at('started')));
    const second = start('-f', '-v', '--wait-for-state-lock');
    let said = '';
    second.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until('the second run waits', () => said.includes('waiting for lock'));
    expect(said).not.toContain('acquired lock');
    writeFileSync(at('go'), '');
    expect((await Promise.all([once(first, 'exit'), once(second, 'exit')])).map(([code]) => code as number)).toEqual([
      0, 0,
    ]);
    expect(readdirSync(at('logs'))).toEqual(['a.log', 'a.log.1', 'a.log.2']);
  });

  it('is not taken on a state that everybody can read: anybody could hold it', () => {
    const { at, configure, run } = workplace();
    configure('# nothing\n');
    writeFileSync(at('state'), 'logrotate state -- version 2\n', { mode: 0o644 });
    const result = run();
    expect(result.stderr).toContain('world-readable');
    expect(result.status).toBe(0);
    expect((statSync(at('state')).mode & 0o777).toString(8)).toBe('640');
  });
});
