import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemAccounts } from '../../../../packages/plugin-logrotate/src/names/accounts.ts';
import { fromBytes, toBytes, toPath } from '../../../../packages/plugin-logrotate/src/names/byte-text.ts';
import { glob } from '../../../../packages/plugin-logrotate/src/names/glob.ts';
import { globMatch } from '../../../../packages/plugin-logrotate/src/names/glob-match.ts';
import { splitWords } from '../../../../packages/plugin-logrotate/src/names/quoting.ts';
import { temporaryDirectories } from '../fixtures.ts';

const directory = temporaryDirectories();

describe('bytes as text', () => {
  it('come back exactly, valid UTF-8 or not', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(toBytes(fromBytes(bytes))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('are ordinary text where they are valid', () => {
    expect(fromBytes(Buffer.from('größe €'))).toBe('größe €');
    expect(fromBytes(Buffer.from([0x61, 0xff, 0xc3, 0xbc]))).toBe('a\udcffü');
    expect(toPath('größe')).toBe('größe');
  });
});

describe('a pattern', () => {
  it.each([
    ['*.log', 'a.log', true],
    ['*.log', '.log', false],
    ['.*', '.log', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[]]', ']', true],
    ['[a', '[a', true],
    ['[[:digit:]]*', '1x', true],
    ['[[:digit:]]*', 'x1', false],
    [String.raw`\*`, '*', true],
    [String.raw`\*`, 'a', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['{a,b}', 'a', false],
  ])('%s and %s', (pattern, name, expected) => {
    expect(globMatch(pattern, name)).toBe(expected);
  });

  it('made of stars takes no exponential time', () => {
    const start = performance.now();
    expect(globMatch('*a'.repeat(40), `${'a'.repeat(2000)}b`)).toBe(false);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('finds files in order, through links to directories, hidden ones left out', () => {
    const root = directory();
    for (const name of ['b', 'a', 'c']) {
      mkdirSync(join(root, name));
      writeFileSync(join(root, name, 'x.log'), '');
    }
    writeFileSync(join(root, 'a', '.h.log'), '');
    writeFileSync(join(root, 'file'), '');
    symlinkSync(join(root, 'c'), join(root, 'd'));
    expect(glob(`${root}/*/*.log`).map(({ path }) => path.slice(root.length))).toEqual([
      '/a/x.log',
      '/b/x.log',
      '/c/x.log',
      '/d/x.log',
    ]);
    expect(glob(`${root}/*`).map(({ path, isDirectory }) => [path.slice(root.length), isDirectory])).toEqual([
      ['/a', true],
      ['/b', true],
      ['/c', true],
      ['/d', true],
      ['/file', false],
    ]);
    expect(glob(`${root}/none*`)).toEqual([]);
  });
});

describe('words', () => {
  it.each([
    ['a  b\tc', ['a', 'b', 'c']],
    [`"a b" 'c d'`, ['a b', 'c d']],
    [`a"b c"d`, ['ab cd']],
    [String.raw`a\ b`, ['a b']],
    [String.raw`"a\"b" "a\b"`, ['a"b', String.raw`a\b`]],
    ['""', ['']],
    ['"open', ['open']],
    ['', []],
  ])('%s', (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });

  it('are none when the text ends in a backslash', () => {
    expect(splitWords('a\\')).toBeUndefined();
  });
});

describe('accounts', () => {
  it('are found by name, by the number of an account, and by a number behind a colon', () => {
    const accounts = systemAccounts();
    expect(accounts.user('root')).toMatchObject({ uid: 0, gid: 0 });
    expect(accounts.user('0')?.uid).toBe(0);
    expect(accounts.groupId('root')).toBe(0);
    expect(accounts.user(':4242')?.uid).toBe(4242);
    expect(accounts.user('4242424')).toBeUndefined();
    expect(accounts.user('0day')).toBeUndefined();
    expect(accounts.groupId('no such group')).toBeUndefined();
  });
});
