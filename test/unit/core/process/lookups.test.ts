import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive, lookUpGroup, lookUpUser, readIdentity, resolveCommand } from '@tappet/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('looking up a user', () => {
  it('finds one', () => {
    expect(lookUpUser('root')).toMatchObject({ name: 'root', uid: 0, gid: 0, home: '/root' });
    expect(lookUpGroup('root')).toEqual({ name: 'root', gid: 0 });
  });

  it.each([
    '0',
    '1000',
    '0x0',
    '0day',
    '-1',
    '',
    ' root',
    'root:x',
    'root\n',
    '../root',
    'no-such-user',
    'r*t',
    '__proto__',
  ])('finds none for %j', (name) => {
    expect(lookUpUser(name)).toBeUndefined();
    expect(lookUpGroup(name)).toBeUndefined();
  });
});

describe('looking up a command', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'tappet-command-'));
    for (const folder of ['a', 'b', 'a/folder']) mkdirSync(join(directory, folder));
    for (const [file, mode] of [
      ['a/plain', 0o644],
      ['b/plain', 0o755],
      ['b/tool', 0o755],
      ['b/folder', 0o755],
    ] as const) {
      writeFileSync(join(directory, file), '');
      chmodSync(join(directory, file), mode);
    }
    symlinkSync(join(directory, 'b/tool'), join(directory, 'a/link'));
  });

  afterAll(() => rmSync(directory, { recursive: true }));

  it.each([
    { command: 'tool', path: 'a:b', found: 'b/tool' },
    { command: 'plain', path: 'a:b', found: 'b/plain' },
    { command: 'folder', path: 'a:b', found: 'b/folder' },
    { command: 'link', path: 'a', found: 'a/link' },
    { command: './b/tool', path: '', found: 'b/tool' },
    { command: 'b/tool', path: undefined, found: 'b/tool' },
    { command: 'tool', path: 'a', found: undefined },
    { command: 'tool', path: undefined, found: undefined },
    { command: 'a/plain', path: 'a:b', found: undefined },
    { command: 'a/folder', path: '', found: undefined },
    { command: '', path: 'a:b', found: undefined },
  ])('finds $command in $path: $found', ({ command, path, found }) => {
    expect(resolveCommand({ command, path, cwd: directory })).toBe(
      found === undefined ? undefined : join(directory, found),
    );
  });
});

describe('an identity', () => {
  it('holds for a process and for no other of the same number', async () => {
    const child = spawn('/bin/sleep', ['1000'], { stdio: 'ignore' });
    const identity = readIdentity(child.pid ?? 0);
    if (identity === undefined) expect.fail('no identity');
    expect(isAlive(identity)).toBe(true);
    expect(isAlive({ ...identity, startTime: identity.startTime + 1 })).toBe(false);
    expect(isAlive({ ...identity, bootId: 'another boot' })).toBe(false);
    child.kill('SIGKILL');
    await new Promise((resolve) => void child.once('exit', resolve));
    expect(isAlive(identity)).toBe(false);
    expect(readIdentity(identity.pid)).toBeUndefined();
  });
});
