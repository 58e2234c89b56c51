import { chmodSync, chownSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '@tappet/core';
import { describe, expect, test } from 'vitest';
import { fileSource, findSource } from '../../../../packages/cli/src/config/read.ts';
import { currentReader, type Reader, whyUnsafe } from '../../../../packages/cli/src/config/safety.ts';
import { folderWith } from './folder.ts';

const uid = process.getuid?.() ?? 0;
const isRoot = uid === 0;
/** Root, and whoever runs these tests counts as well as root. */
const asRoot: Reader = { uid: 0, trustedUids: new Set([uid]) };

if (!isRoot) console.warn('tests with files of other users are skipped: they need root');

function fileIn(mode = 0o644): { folder: string; file: string } {
  const folder = folderWith({ 'etc/services.toml': '' });
  chmodSync(join(folder, 'etc/services.toml'), mode);
  return { folder: join(folder, 'etc'), file: join(folder, 'etc/services.toml') };
}

describe('root refuses a file', () => {
  test('that others may write', () => {
    const { file } = fileIn(0o646);
    expect(whyUnsafe(file, asRoot)).toEqual({
      reason: `${file} may be written by others`,
      hint: `run "chmod go-w ${file}"`,
    });
  });

  test('in a folder that others may write, but not in a sticky one', () => {
    const { file, folder } = fileIn();
    chmodSync(folder, 0o777);
    expect(whyUnsafe(file, asRoot)).toEqual({
      reason: `${folder} may be written by others`,
      hint: `run "chmod go-w ${folder}"`,
    });
    chmodSync(folder, 0o1777);
    expect(whyUnsafe(file, asRoot)).toBeUndefined();
  });

  test('behind a link when the link or its target is in reach of others', () => {
    const { file, folder } = fileIn();
    const open = folderWith({});
    chmodSync(open, 0o777);
    symlinkSync(file, join(open, 'link.toml'));
    expect(whyUnsafe(join(open, 'link.toml'), asRoot)?.reason).toBe(`${open} may be written by others`);
    const safe = folderWith({});
    symlinkSync(file, join(safe, 'link.toml'));
    expect(whyUnsafe(join(safe, 'link.toml'), asRoot)).toBeUndefined();
    chmodSync(folder, 0o777);
    expect(whyUnsafe(join(safe, 'link.toml'), asRoot)?.reason).toBe(`${folder} may be written by others`);
  });

  test.runIf(isRoot)('of another user, unless that user is trusted', () => {
    const { file, folder } = fileIn();
    chownSync(file, 1234, 0);
    expect(whyUnsafe(file, asRoot)).toEqual({
      reason: `${file} belongs to user 1234, who could change what root runs`,
      hint: `run "chown root ${file}", or set TAPPET_TRUSTED_UIDS=1234 when that user may be root`,
    });
    expect(whyUnsafe(file, { uid: 0, trustedUids: new Set([1234]) })).toBeUndefined();
    chownSync(file, 0, 0);
    chownSync(folder, 1234, 0);
    expect(whyUnsafe(file, asRoot)?.reason).toContain(`${folder} belongs to user 1234`);
    const link = join(folderWith({}), 'link.toml');
    chownSync(folder, 0, 0);
    symlinkSync(file, link);
    lchownSync(link, 1234, 0);
    expect(whyUnsafe(link, asRoot)?.reason).toContain(`${link} belongs to user 1234`);
  });

  test.runIf(isRoot)('that a group may write, unless it is that of root', () => {
    const { file } = fileIn(0o664);
    expect(whyUnsafe(file, asRoot)).toBeUndefined();
    chownSync(file, 0, 1234);
    expect(whyUnsafe(file, asRoot)?.hint).toBe(`run "chmod go-w ${file}"`);
  });

  test('and takes one that nobody else can change', () => {
    expect(whyUnsafe(fileIn().file, asRoot)).toBeUndefined();
    expect(whyUnsafe(`${fileIn().folder}/none.toml`, asRoot)).toBeUndefined();
  });

  test('also when links lead in a circle', () => {
    const folder = folderWith({});
    symlinkSync('b', join(folder, 'a'));
    symlinkSync('a', join(folder, 'b'));
    expect(whyUnsafe(join(folder, 'a'), asRoot)).toBeUndefined();
  });
});

describe('other users', () => {
  const asUser: Reader = { uid: 4321, trustedUids: new Set() };

  test('read what they like', () => {
    expect(whyUnsafe(fileIn(0o666).file, asUser)).toBeUndefined();
  });

  test.runIf(isRoot)('run only programs of their own or of root', () => {
    const folder = folderWith({ 'tappet.config.mjs': '' });
    const file = join(folder, 'tappet.config.mjs');
    expect(whyUnsafe(file, asUser)).toBeUndefined();
    chownSync(file, 4321, 0);
    expect(whyUnsafe(file, asUser)).toBeUndefined();
    chownSync(file, 1234, 0);
    expect(whyUnsafe(file, asUser)).toMatchObject({ reason: 'it is a program, and belongs to user 1234' });
  });
});

test('root trusts whom the environment names, and who called sudo', () => {
  expect(currentReader({ TAPPET_TRUSTED_UIDS: '1000,2000,x', SUDO_UID: '3000' }, 0)).toEqual({
    uid: 0,
    trustedUids: new Set([1000, 2000, 3000]),
  });
  expect(currentReader({}, 5)).toEqual({ uid: 5, trustedUids: new Set() });
});

describe('an unsafe file is refused before anything of it is read or run', () => {
  test.each(['services.toml', 'tappet.config.mjs', 'tappet.json', 'tappet.yaml'])('%s', async (name) => {
    const folder = folderWith({ [name]: 'throw new Error("it was read");' });
    const file = join(folder, name);
    chmodSync(file, 0o666);
    const error: unknown = await fileSource(file, { reader: asRoot })
      .load()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).issues).toEqual([
      {
        code: 'ERR_CONFIG_UNSAFE',
        message: `cannot use ${file}: ${file} may be written by others`,
        path: [],
        hint: `run "chmod go-w ${file}"`,
        file,
      },
    ]);
  });

  test('and so is a file that it imports', async () => {
    const folder = folderWith({ 'base.toml': 'a = 1', 'services.toml': '"$import" = "base.toml"' });
    chmodSync(join(folder, 'base.toml'), 0o666);
    const error: unknown = await fileSource('services.toml', { cwd: folder, reader: asRoot })
      .load()
      .catch((reason: unknown) => reason);
    expect((error as ConfigError).issues[0]).toMatchObject({
      code: 'ERR_CONFIG_UNSAFE',
      file: join(folder, 'base.toml'),
    });
  });

  test.runIf(isRoot)('and so is a program of the current folder that would steer the search', async () => {
    const folder = folderWith({ 'tappet.toml': '' });
    mkdirSync(join(folder, '.config'));
    writeFileSync(join(folder, '.config/config.cjs'), 'globalThis.steered = true; module.exports = {};');
    chmodSync(join(folder, '.config/config.cjs'), 0o666);
    const before = process.cwd();
    process.chdir(folder);
    try {
      const error: unknown = await findSource(folder).catch((reason: unknown) => reason);
      expect((error as ConfigError).issues[0]).toMatchObject({
        code: 'ERR_CONFIG_UNSAFE',
        file: join(folder, '.config/config.cjs'),
      });
      expect(globalThis).not.toHaveProperty('steered');
    } finally {
      process.chdir(before);
    }
  });
});
