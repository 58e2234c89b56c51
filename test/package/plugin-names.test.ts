import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OFFICIAL_PLUGINS, VERSION } from '@tappet/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../packages/cli/src/command-line/table.ts';
import { serviceEntries } from '../../packages/core/src/plan/service-schema.ts';
import { createPlugin, readPluginName, whyNoPluginName } from '../../packages/create-plugin/src/index.ts';
import { main } from '../../packages/create-plugin/src/main.ts';

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tappet-create-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

async function create(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await main(words, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    cwd,
    isTerminal: false,
  });
  return { code, out, err };
}

function read(file: string): string {
  return readFileSync(join(cwd, file), 'utf8');
}

describe('the name of a new plugin', () => {
  it.each([
    ['slack', { short: 'slack', package: 'tappet-plugin-slack', folder: 'tappet-plugin-slack' }],
    ['tappet-plugin-slack', { short: 'slack', package: 'tappet-plugin-slack', folder: 'tappet-plugin-slack' }],
    ['@acme/slack', { short: 'slack', package: '@acme/tappet-plugin-slack', folder: 'tappet-plugin-slack' }],
    ['a1-b2', { short: 'a1-b2', package: 'tappet-plugin-a1-b2', folder: 'tappet-plugin-a1-b2' }],
  ])('%s is understood', (text, name) => {
    expect(readPluginName(text)).toEqual(name);
  });

  it.each(['', 'Slack', 'my thing', '-x', 'x-', 'x--y', '../x', '@acme', '@acme/', '@/x', 'x/y', 'x_y', 'é'])(
    '"%s" is refused with an example',
    (text) => {
      expect(readPluginName(text)).toBeUndefined();
      expect(whyNoPluginName(text)).toContain('such as "my-thing"');
    },
  );

  it('is refused when npm would not take it for its length', () => {
    expect(readPluginName('x'.repeat(200))).toBeDefined();
    expect(whyNoPluginName('x'.repeat(201))).toContain('at most 200');
  });

  it('is never a plugin of Tappet, a command of tappet or a key of a service', () => {
    const keys = Object.keys(serviceEntries);
    expect(keys).toContain('restart');
    const commands = COMMANDS.flatMap(({ name, alias }) => [name, alias ?? name]);
    const writable = [...OFFICIAL_PLUGINS, ...commands, 'help', ...keys].filter((name) => /^[a-z0-9-]+$/.test(name));
    expect(writable.filter((name) => whyNoPluginName(name) === undefined)).toEqual([]);
  });
});

describe('create-tappet-plugin', () => {
  it('writes a folder with the name in the place of the one in the template, also when the one holds the other', async () => {
    const { code, out } = await create('@acme/not-my-thing-at-all');
    expect(code).toBe(0);
    expect(out).toContain('cd tappet-plugin-not-my-thing-at-all');
    const folder = 'tappet-plugin-not-my-thing-at-all';
    const manifest = JSON.parse(read(`${folder}/package.json`)) as { name: string; peerDependencies: object };
    expect(manifest.name).toBe('@acme/tappet-plugin-not-my-thing-at-all');
    expect(manifest.peerDependencies).toMatchObject({ '@tappet/core': `^${VERSION}` });
    expect(read(`${folder}/src/index.ts`)).toContain("name: 'not-my-thing-at-all'");
    expect(read(`${folder}/README.md`)).toContain('plugins = ["@acme/tappet-plugin-not-my-thing-at-all"]');
    expect(read(`${folder}/.gitignore`)).toContain('node_modules');
    expect(read(`${folder}/test/not-my-thing-at-all.test.ts`)).toContain("describe('not-my-thing-at-all'");
  });

  it('uses a folder that is empty, and refuses one that is not, leaving it as it was', async () => {
    mkdirSync(join(cwd, 'tappet-plugin-a'));
    expect(await create('a')).toMatchObject({ code: 0 });
    mkdirSync(join(cwd, 'tappet-plugin-b'));
    writeFileSync(join(cwd, 'tappet-plugin-b', 'mine'), 'precious');
    const { code, err } = await create('b');
    expect(code).toBe(1);
    expect(err).toContain('it is not empty');
    expect(read('tappet-plugin-b/mine')).toBe('precious');
  });

  it('says why a folder cannot be made', () => {
    writeFileSync(join(cwd, 'file'), '');
    const name = { short: 'a', package: 'a', folder: 'a' };
    expect(() => createPlugin({ name, directory: join(cwd, 'file') })).toThrow(/cannot write .*file\/a: /);
  });

  it.each([
    ['no name and nobody to ask', []],
    ['two names', ['a', 'b']],
    ['an unknown option', ['a', '--template']],
    ['a name that is none', ['A']],
  ])('given %s tells how it is used and writes nothing', async (_what, words) => {
    const { code, err } = await create(...words);
    expect(code).toBe(2);
    expect(err).toMatch(/^cannot create a plugin: .+\n\nUsage: /);
  });

  it('shows its usage', async () => {
    expect(await create('--help')).toMatchObject({ code: 0, out: expect.stringContaining('Usage: npm create') });
  });
});
