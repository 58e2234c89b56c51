import { chmodSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, type ConfigIssue, TappetError } from '@tappet/core';
import { describe, expect, test } from 'vitest';
import { fileSource, findSource } from '../../../../packages/cli/src/config/read.ts';
import { SEARCH_PLACES } from '../../../../packages/cli/src/config/search-places.ts';
import { folderWith } from './folder.ts';

const TOML = '[[services]]\nname = "web"\ncommand = "node"\n';
const JSON_TEXT = '{ "services": [{ "name": "web", "command": "node" }] }';
const YAML = 'services:\n  - name: web\n    command: node\n';
const MODULE = 'export default { services: [{ name: "web", command: "node" }] };\n';
const RAW = { services: [{ name: 'web', command: 'node' }] };
const TEXTS: Record<string, string> = {
  toml: TOML,
  json: JSON_TEXT,
  yaml: YAML,
  yml: YAML,
  ts: MODULE,
  js: MODULE,
  mjs: MODULE,
};
const textFor = (place: string): string =>
  place === 'package.json' ? `{ "tappet": ${JSON_TEXT} }` : (TEXTS[place.slice(place.lastIndexOf('.') + 1)] ?? '');

if (process.getuid?.() === 0)
  console.warn('the test of a file without permission is skipped: root may read everything');

async function issueOf(promise: Promise<unknown>): Promise<ConfigIssue> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConfigError)) throw new Error(`expected a ConfigError, received ${String(error)}`);
  const [issue, ...others] = error.issues;
  if (issue === undefined || others.length > 0) throw new Error(`expected one issue, received ${error.issues.length}`);
  return issue;
}

describe('a configuration is found and read', () => {
  test.each([...SEARCH_PLACES])('at %s', async (place) => {
    const folder = folderWith({ [place]: textFor(place) });
    const source = await findSource(folder);
    expect(source.file).toBe(join(folder, place));
    const { raw, file, directory } = await source.load();
    expect({ raw, file, directory }).toEqual({ raw: RAW, file: join(folder, place), directory: folder });
  });

  test('at the first place when there are several', async () => {
    const places = [...SEARCH_PLACES];
    const files = Object.fromEntries(places.map((place) => [place, textFor(place)]));
    while (places.length > 0) {
      const folder = folderWith(Object.fromEntries(places.map((place) => [place, files[place] ?? ''])));
      expect((await findSource(folder)).file).toBe(join(folder, places.shift() ?? ''));
    }
  });

  test('in a folder above, up to one with a package.json', async () => {
    const folder = folderWith({ 'tappet.toml': TOML, 'app/src/x': '', 'other/package.json': '{}', 'other/src/x': '' });
    expect((await findSource(join(folder, 'app/src'))).file).toBe(join(folder, 'tappet.toml'));
    await expect(findSource(join(folder, 'other/src'))).rejects.toMatchObject({ code: 'ERR_CONFIG_NOT_FOUND' });
  });

  test('not in a package.json without the property, nor in a broken one', async () => {
    const folder = folderWith({ 'package.json': '{ "name": "x" }', 'tappet.json': JSON_TEXT });
    expect((await findSource(folder)).file).toBe(join(folder, 'tappet.json'));
    const broken = folderWith({ 'package.json': '{', 'tappet.yaml': YAML });
    expect((await findSource(broken)).file).toBe(join(broken, 'tappet.yaml'));
    const empty = folderWith({ 'package.json': '' });
    await expect(findSource(empty)).rejects.toMatchObject({ code: 'ERR_CONFIG_NOT_FOUND' });
  });

  test('without being run: only loading does that', async () => {
    const folder = folderWith({ 'tappet.config.mjs': 'throw new Error("it ran");' });
    const source = await findSource(folder);
    expect(await issueOf(source.load())).toMatchObject({
      code: 'ERR_CONFIG_UNREADABLE',
      message: `cannot read ${folder}/tappet.config.mjs: it ran`,
    });
  });

  test('even when it is empty, so that this can be told', async () => {
    const folder = folderWith({ 'tappet.toml': '', 'tappet.json': JSON_TEXT });
    const { raw, file } = await (await findSource(folder)).load();
    expect({ raw, file }).toEqual({ raw: undefined, file: join(folder, 'tappet.toml') });
  });
});

describe('a file that is named', () => {
  test.each(['stack.toml', 'stack.conf', 'stack', 'sub/.config/tappet.toml'])('%s is read', async (name) => {
    const folder = folderWith({ [name]: TOML });
    const { raw, directory } = await fileSource(name, { cwd: folder }).load();
    expect(raw).toEqual(RAW);
    expect(directory).toBe(name.startsWith('sub/') ? join(folder, 'sub') : folder);
  });

  test('by way of a linked folder has its real path, so that its project is the same', async () => {
    const folder = folderWith({ 'real/services.toml': TOML });
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    expect(fileSource('link/services.toml', { cwd: folder }).file).toBe(join(folder, 'real/services.toml'));
  });

  test('can be a package.json', async () => {
    const folder = folderWith({ 'package.json': textFor('package.json') });
    expect((await fileSource('package.json', { cwd: folder }).load()).raw).toEqual(RAW);
  });

  test('may be a function that is asked', async () => {
    const folder = folderWith({ 'a.config.mjs': 'export default async () => ({ services: [] });' });
    expect((await fileSource('a.config.mjs', { cwd: folder }).load()).raw).toEqual({ services: [] });
  });

  test('is read again each time, programs too', async () => {
    const folder = folderWith({ 'a.toml': 'project = "a"', 'a.config.mjs': 'export default { project: "a" };' });
    for (const [name, text] of [
      ['a.toml', 'project = "b"'],
      ['a.config.mjs', 'export default { project: "b" };'],
    ] as const) {
      const source = fileSource(name, { cwd: folder });
      expect((await source.load()).raw).toEqual({ project: 'a' });
      writeFileSync(join(folder, name), text);
      utimesSync(join(folder, name), new Date(), new Date(1_000_000));
      expect((await source.load()).raw).toEqual({ project: 'b' });
    }
  });

  test('may import others, whose values come under its own', async () => {
    const folder = folderWith({
      'base.toml': '[timeouts]\npost_script_timeout = 1\nservice_shutdown_timeout = 2\n',
      'a.toml': '"$import" = "base.toml"\n[timeouts]\npost_script_timeout = 3\n',
    });
    const loaded = await fileSource('a.toml', { cwd: folder }).load();
    expect(loaded.raw).toEqual({ timeouts: { post_script_timeout: 3, service_shutdown_timeout: 2 } });
    const issue: ConfigIssue = {
      code: 'ERR_CONFIG_TYPE',
      message: 'm',
      path: ['timeouts', 'service_shutdown_timeout'],
    };
    expect(loaded.locate([issue])).toEqual([{ ...issue, file: join(folder, 'a.toml') }]);
  });
});

describe('what cannot be read is told', () => {
  test('no file anywhere', async () => {
    const folder = folderWith({ 'package.json': '{}' });
    const error: unknown = await findSource(folder).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TappetError);
    expect(error).toMatchObject({
      code: 'ERR_CONFIG_NOT_FOUND',
      message: `cannot find a configuration in ${folder} or the folders above it`,
      hint: expect.stringMatching(/tappet init.*services\.toml, tappet\.toml/),
    });
  });

  test('no such file', async () => {
    await expect(fileSource('/nowhere/x.toml').load()).rejects.toMatchObject({
      code: 'ERR_CONFIG_NOT_FOUND',
      message: 'cannot read /nowhere/x.toml: there is no such file',
    });
  });

  test('a package.json without the property', async () => {
    const folder = folderWith({ 'package.json': '{}' });
    await expect(fileSource('package.json', { cwd: folder }).load()).rejects.toMatchObject({
      code: 'ERR_CONFIG_NOT_FOUND',
      message: `cannot use ${folder}/package.json: it has no "tappet" property`,
    });
  });

  test('a folder', async () => {
    const folder = folderWith({ 'x/y': '' });
    expect(await issueOf(fileSource('x', { cwd: folder }).load())).toMatchObject({
      code: 'ERR_CONFIG_UNREADABLE',
      message: `cannot read ${folder}/x: it is a folder`,
    });
  });

  test.runIf(process.getuid?.() !== 0)('a file without permission', async () => {
    const folder = folderWith({ 'x.toml': '' });
    chmodSync(join(folder, 'x.toml'), 0);
    expect((await issueOf(fileSource('x.toml', { cwd: folder }).load())).message).toContain('permission denied');
  });

  test.each<{ summary: string; name: string; text: string; expected: Partial<ConfigIssue> }>([
    {
      summary: 'TOML',
      name: 'a.toml',
      text: '[[services]]\nname = web\n',
      expected: {
        message: 'not valid TOML: invalid value',
        line: 2,
        column: 8,
        excerpt: 'name = web',
        hint: 'quote text: name = "web"',
      },
    },
    {
      summary: 'TOML with Windows line ends',
      name: 'a.toml',
      text: 'a = 1\r\nb =\r\n',
      expected: { message: 'not valid TOML: ', line: 2, excerpt: 'b =' },
    },
    {
      summary: 'TOML with a number that looks octal',
      name: 'a.toml',
      text: 'umask = 022',
      expected: {
        message: 'not valid TOML: illegal leading zero',
        line: 1,
        hint: 'quote it to have it as text: "022"',
      },
    },
    {
      summary: 'TOML with one bracket too few',
      name: 'a.toml',
      text: '[[services]]\nname = "a"\n[services]\nname = "b"',
      expected: { line: 3, excerpt: '[services]', hint: 'every service begins with [[services]]' },
    },
    {
      summary: 'TOML with both forms of plugins',
      name: 'a.toml',
      text: 'plugins = ["a"]\n[plugins.a]\nx = 1',
      expected: {
        line: 2,
        hint: 'use one of the two forms: plugins = ["a", "b"], or [plugins.a] and [plugins.b] with options (both may be empty)',
      },
    },
    {
      summary: 'TOML with a key twice',
      name: 'a.toml',
      text: 'a = 1\na = 2',
      expected: { line: 2, column: 1, hint: 'remove one of the two' },
    },
    {
      summary: 'TOML with an open string',
      name: 'a.toml',
      text: "a = 'x\n'",
      expected: { line: 1, hint: 'text of several lines stands between three quotes: """…"""' },
    },
    {
      summary: 'JSON',
      name: 'a.json',
      text: '{\n  "a": 1,\n  "b" 2\n}',
      expected: { message: 'not valid JSON: ', line: 3, column: 7, excerpt: '  "b" 2' },
    },
    {
      summary: 'JSON that ends too early',
      name: 'a.json',
      text: '{\n  "a": [1',
      expected: { message: 'not valid JSON: ', line: 2, excerpt: '  "a": [1' },
    },
    {
      summary: 'YAML',
      name: 'a.yaml',
      text: 'a: 1\nb: [1, 2\nc: 3\n',
      expected: { message: 'not valid YAML: ', line: 3 },
    },
  ])('$summary with its place', async ({ name, text, expected }) => {
    const folder = folderWith({ [name]: text });
    const issue = await issueOf(fileSource(name, { cwd: folder }).load());
    const { message = '', ...rest } = expected;
    expect(issue).toMatchObject({ code: 'ERR_CONFIG_SYNTAX', file: join(folder, name), ...rest });
    expect(issue.message).toContain(`cannot read ${folder}/${name}: ${message}`);
  });

  test('a syntax error of an imported file, in that file', async () => {
    const folder = folderWith({ 'base.toml': 'a = \n', 'a.toml': '"$import" = "base.toml"\n' });
    expect(await issueOf(fileSource('a.toml', { cwd: folder }).load())).toMatchObject({
      file: join(folder, 'base.toml'),
      line: 1,
    });
  });
});
