import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, type ConfigIssue } from '../../../../packages/core/src/errors/base.ts';
import { installHint, packageFor, readReference } from '../../../../packages/core/src/plugin/package-names.ts';
import { loadPlugins } from '../../../../packages/core/src/plugin/resolve.ts';
import { failureOf } from '../hooks/rig.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tappet-resolve-'));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

async function write(path: string, text: string): Promise<string> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

interface PackageOptions {
  readonly folder?: string;
  readonly plugin?: string;
  readonly manifest?: object;
  readonly code?: string;
  readonly entry?: string;
}

async function install(name: string, options: PackageOptions = {}): Promise<string> {
  const {
    folder = '',
    plugin = name.replace(/^.*plugin-/, ''),
    manifest = { exports: './main.js' },
    entry = 'main.js',
  } = options;
  const base = join(folder, 'node_modules', name);
  const code = options.code ?? `export default { name: '${plugin}', setup() {} };`;
  await write(join(base, 'package.json'), JSON.stringify({ name, version: '1.0.0', type: 'module', ...manifest }));
  return write(join(base, entry), code);
}

async function issuesOf(names: readonly string[], options = {}): Promise<readonly ConfigIssue[]> {
  const error = await failureOf(loadPlugins(names, root, options));
  if (!(error instanceof ConfigError)) throw new Error(`expected a ConfigError, received ${String(error)}`);
  return error.issues;
}

describe('names of the plugin list', () => {
  it.each([
    ['slack', ['@tappet/plugin-slack', 'tappet-plugin-slack'], 'slack'],
    ['tappet-plugin-slack', ['tappet-plugin-slack'], 'slack'],
    ['@tappet/plugin-control', ['@tappet/plugin-control'], 'control'],
    ['@acme/tappet-plugin-slack', ['@acme/tappet-plugin-slack'], 'slack'],
    ['@acme/slack', ['@acme/slack', '@acme/tappet-plugin-slack'], undefined],
  ])('read %s as packages', (name, candidates, shortName) => {
    expect(readReference(name)).toEqual({ kind: 'package', candidates, shortName });
  });

  it.each(['./slack.js', '../slack.js', '/opt/slack.js', 'file:///opt/slack.js'])('read %s as a file', (name) => {
    expect(readReference(name)).toEqual({ kind: 'path', path: name });
  });

  it.each([
    ['healthcheck', '@tappet/plugin-healthcheck'],
    ['slack', 'tappet-plugin-slack'],
    ['@acme/slack', '@acme/slack'],
    ['tappet-plugin-slack', 'tappet-plugin-slack'],
  ])('name the package to install for %s', (name, expected) => {
    expect(packageFor(name)).toBe(expected);
  });
});

describe('loading plugins', () => {
  it('finds them by short name, package, scope and path, with version and core range', async () => {
    const official = await install('@tappet/plugin-probes', {
      manifest: { exports: './main.js', version: '2.1.0', peerDependencies: { '@tappet/core': '^0.1.0' } },
    });
    await install('tappet-plugin-probes');
    const slack = await install('tappet-plugin-slack');
    const scoped = await install('@acme/tappet-plugin-pager');
    const odd = await install('@acme/odd', { plugin: 'whatever' });
    const file = await write(
      'local/mine.mjs',
      `export default { name: 'mine', core: '1.x', version: '9.9.9', setup() {} };`,
    );
    const entries = await loadPlugins(
      ['probes', 'tappet-plugin-slack', '@acme/pager', '@acme/odd', './local/mine.mjs'],
      root,
    );
    expect(entries.map(({ plugin, from, version, core }) => [plugin.name, from, version, core])).toEqual([
      ['probes', official, '2.1.0', '^0.1.0'],
      ['slack', slack, '1.0.0', null],
      ['pager', scoped, '1.0.0', null],
      ['whatever', odd, '1.0.0', null],
      ['mine', file, '9.9.9', '1.x'],
    ]);
  });

  it('looks from the folder of the configuration upwards, nearest first, then in the fallbacks', async () => {
    await install('tappet-plugin-a', { manifest: { exports: './main.js', version: '1.0.0' } });
    await install('tappet-plugin-a', { folder: 'app', manifest: { exports: './main.js', version: '2.0.0' } });
    await install('tappet-plugin-b');
    await install('tappet-plugin-c', { folder: 'program' });
    await mkdir(join(root, 'app/conf'), { recursive: true });
    const entries = await loadPlugins(['a', 'b', 'c'], join(root, 'app/conf'), {
      fallbacks: [join(root, 'program/x/y')],
    });
    expect(entries.map(({ version }) => version)).toEqual(['2.0.0', '1.0.0', '1.0.0']);
  });

  it('follows exports as an import does, also where only the import condition is there', async () => {
    const shapes: [string, object][] = [
      ['nested', { exports: { '.': { types: './x.d.ts', node: { import: './main.js' } } } }],
      ['import-only', { exports: { import: './main.js', require: './main.cjs' } }],
      ['list', { exports: { '.': [{ unknown: './x.js' }, './main.js'] } }],
      ['main', { main: 'main' }],
      ['default', { exports: { '.': { default: './main.js' } } }],
    ];
    for (const [name, manifest] of shapes) await install(`tappet-plugin-${name}`, { manifest });
    await install('tappet-plugin-index', { manifest: {}, entry: 'index.js' });
    const names = [...shapes.map(([name]) => name), 'index'];
    const entries = await loadPlugins(names, root);
    expect(entries.map(({ plugin }) => plugin.name)).toEqual(names);
  });

  it('loads CommonJS, compiled from an ES module or not', async () => {
    const manifest = { main: './main.cjs', type: 'commonjs' };
    await install('tappet-plugin-plain', {
      manifest,
      entry: 'main.cjs',
      code: `module.exports = { name: 'plain', setup() {} };`,
    });
    await install('tappet-plugin-compiled', {
      manifest,
      entry: 'main.cjs',
      code: `Object.defineProperty(exports, '__esModule', { value: true }); exports.default = { name: 'compiled', setup() {} };`,
    });
    const entries = await loadPlugins(['plain', 'compiled'], root);
    expect(entries.map(({ plugin }) => plugin.name)).toEqual(['plain', 'compiled']);
  });

  it('tells one module through a symbolic link and directly', async () => {
    const file = await install('tappet-plugin-linked', { folder: 'elsewhere' });
    await mkdir(join(root, 'node_modules'), { recursive: true });
    await symlink(
      join(root, 'elsewhere/node_modules/tappet-plugin-linked'),
      join(root, 'node_modules/tappet-plugin-linked'),
    );
    expect((await loadPlugins(['linked'], root))[0]?.from).toBe(file);
  });

  it('reports every name that cannot be used, each with its place and what to do', async () => {
    await install('tappet-plugin-slack');
    await install('tappet-plugin-broken', { code: 'throw new Error("no network")' });
    await install('tappet-plugin-factory', { code: 'export default function slack(options) {}' });
    await install('tappet-plugin-empty', { code: 'export const a = 1' });
    await install('tappet-plugin-other', { plugin: 'mine' });
    await install('tappet-plugin-hollow', { manifest: { exports: { require: './x.cjs' } } });
    const names = ['slakc', 'qqq', 'broken', 'factory', 'empty', 'other', 'hollow', './none.js', 'slack'];
    const issues = await issuesOf(names);
    expect(issues.map(({ code, path }) => [code, path[1]])).toEqual([
      ['ERR_PLUGIN_NOT_FOUND', 0],
      ['ERR_PLUGIN_NOT_FOUND', 1],
      ['ERR_PLUGIN_INVALID', 2],
      ['ERR_PLUGIN_INVALID', 3],
      ['ERR_PLUGIN_INVALID', 4],
      ['ERR_PLUGIN_INVALID', 5],
      ['ERR_PLUGIN_INVALID', 6],
      ['ERR_PLUGIN_NOT_FOUND', 7],
    ]);
    const byPosition = new Map(issues.map((issue) => [issue.path[1], issue]));
    expect(byPosition.get(0)).toMatchObject({
      message: 'cannot load plugin "slakc": it is not installed',
      hint: 'did you mean "slack"?',
    });
    expect(byPosition.get(1)?.hint).toBe('run npm install tappet-plugin-qqq');
    expect(byPosition.get(2)?.message).toContain('main.js fails: no network');
    expect(byPosition.get(3)?.message).toContain(
      'is no plugin: it is a function; the value that "slack" returns is expected',
    );
    expect(byPosition.get(4)?.message).toContain('is no plugin: it is missing');
    expect(byPosition.get(5)?.message).toContain('calls itself "mine", expected "other"');
    expect(byPosition.get(6)?.message).toContain('has no module to import');
    expect(byPosition.get(7)?.message).toContain(`there is no file ${join(root, 'none.js')}`);
  });

  it('says what to install, or which name was meant', () => {
    const installed = new Set(['slack']);
    expect([
      installHint({ name: 'healthcheck', close: 'healthcheck', installed }),
      installHint({ name: 'monitcompat', close: 'monit-compat', installed }),
      installHint({ name: 'slak', close: 'slack', installed }),
      installHint({ name: '@acme/pager', close: undefined, installed }),
    ]).toEqual([
      'run npm install @tappet/plugin-healthcheck',
      'did you mean "monit-compat"? Then run npm install @tappet/plugin-monit-compat',
      'did you mean "slack"?',
      'run npm install @acme/pager',
    ]);
  });

  it('refuses, as root, what others may write, and says how to change that', async () => {
    const file = await install('tappet-plugin-open');
    await chmod(file, 0o666);
    expect(await issuesOf(['open'], { uid: 0 })).toMatchObject([
      { code: 'ERR_CONFIG_UNSAFE', hint: `chmod go-w ${file}` },
    ]);
    expect(await loadPlugins(['open'], root, { uid: 1000 })).toHaveLength(1);
    await chmod(file, 0o644);
    await chmod(dirname(file), 0o777);
    expect(await issuesOf(['open'], { uid: 0 })).toMatchObject([{ code: 'ERR_CONFIG_UNSAFE' }]);
    await chmod(dirname(file), 0o1777);
    expect(await loadPlugins(['open'], root, { uid: 0 })).toHaveLength(1);
  });
});
