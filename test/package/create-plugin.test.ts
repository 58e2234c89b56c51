import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../e2e/support/tappet.ts';
import { localRegistry, type LocalRegistry } from './local-registry.ts';
import { packAll } from './support/consumer.ts';

/**
 * What somebody does who has Tappet from npm and nothing else: every package comes packed out of a registry, the folder lies
 * outside the workspace, the supervisor is a real one. The steps build on each other.
 */
const WORKSPACE = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
let registry: LocalRegistry | undefined;
let plugin: string;
let project: string;

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tappet-create-'));
  plugin = join(folder, 'work', 'tappet-plugin-my-thing');
  project = join(folder, 'project');
  for (const name of ['work', 'project', 'tarballs', 'home']) mkdirSync(join(folder, name));
  registry = await localRegistry({ packed: await packAll(join(folder, 'tarballs')), workspace: WORKSPACE });
}, 120_000);

afterAll(async () => {
  await run('node_modules/.bin/tappet', ['down'], project);
  await registry?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe('a plugin made with npm create', () => {
  it('is written by "npm create tappet-plugin my-thing", installs, passes its own tests and builds', async () => {
    const created = await succeed('npm', ['create', 'tappet-plugin', 'my-thing', '--yes'], join(folder, 'work'));
    expect(created).toContain('npm install');
    await succeed('npm', ['install'], plugin);
    const tested = await succeed('npm', ['test'], plugin);
    expect(tested).toMatch(/^\S+ pass 14$/m);
    expect(tested).toMatch(/^\S+ fail 0$/m);
    await succeed('npm', ['run', 'build'], plugin);
    expect(readdirSync(join(plugin, 'dist'))).toEqual(
      expect.arrayContaining(['index.js', 'index.d.ts', 'cli.js', 'cli.d.ts']),
    );
  }, 120_000);

  it('packs clean under publint and attw', async () => {
    const bin = join(WORKSPACE, 'node_modules/.bin');
    expect(await run(join(bin, 'publint'), ['--strict'], plugin)).toMatchObject({ code: 0 });
    const attw = ['--pack', '.', '--profile', 'esm-only', '--format', 'ascii'];
    expect(await run(join(bin, 'attw'), attw, plugin)).toMatchObject({ code: 0 });
  }, 120_000);

  it('is installed from its tarball next to the command, and found by its short name', async () => {
    await succeed('npm', ['pack', '--pack-destination', join(folder, 'tarballs')], plugin);
    writeFileSync(join(project, 'package.json'), '{ "private": true }');
    const tarball = join(folder, 'tarballs', 'tappet-plugin-my-thing-0.1.0.tgz');
    await succeed('npm', ['install', '@tappet/cli', tarball], project);
    configure('failures_per_hour = 2');
    expect(await tappet('check')).toMatchObject({ code: 0 });
  }, 120_000);

  it('adds its section to the schema, for completion in editors', async () => {
    const { stdout } = await tappet('schema');
    const schema = JSON.parse(stdout) as { properties: { services: { items: { properties: object } } } };
    expect(schema.properties.services.items.properties).toMatchObject({
      'my-thing': { properties: { failures_per_hour: { type: 'integer', minimum: 0 } } },
    });
  });

  it('has a slip in its section told with line and column', async () => {
    configure('failures_per_hor = 2');
    const { code, stderr, stdout } = await tappet('check');
    expect(code).toBe(2);
    expect(stdout + stderr).toMatch(/services\.toml:4:\d+/);
    expect(stdout + stderr).toContain('failures_per_hor');
  });

  it('changes a restart decision in a real supervisor', async () => {
    configure('failures_per_hour = 2');
    expect(await tappet('up', '--detach')).toMatchObject({ code: 0 });
    await until(async () => (await tappet('status')).stdout.includes('FAILED'), 'the plugin leaves "flaky" down');
    expect((await tappet('why', 'flaky')).stdout).toContain('failed more than 2 times within an hour');
    const { stdout } = await tappet('plugins', '--json');
    expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining({ name: 'my-thing', version: '0.1.0' }));
  });

  it('adds a command, with help that needs no supervisor', async () => {
    expect((await tappet('--help')).stdout).toMatch(/my-thing .*failures of each service/);
    expect(await tappet('my-thing')).toMatchObject({
      code: 0,
      stdout: 'flaky: 3 of 2 failures\nsteady: 0 of 2 failures\n',
    });
    const { stdout } = await tappet('my-thing', '--json');
    expect(JSON.parse(stdout)).toContainEqual({ service: 'flaky', failures: 3, limit: 2 });
  });

  it('takes new options at a reload, keeps what it counted, and no service is touched', async () => {
    const before = await pidOf('steady');
    configure('failures_per_hour = 7');
    expect(await tappet('reload')).toMatchObject({ code: 0 });
    expect((await tappet('my-thing')).stdout).toBe('flaky: 3 of 7 failures\nsteady: 0 of 7 failures\n');
    expect(await pidOf('steady')).toBe(before);
  });

  it('loads with require as with import, and so does everything it is made of', async () => {
    writeFileSync(
      join(project, 'embedded.cjs'),
      `const { createSupervisor, configured } = require('@tappet/core');
       const { pluginHarness } = require('@tappet/core/testing');
       const plugin = require('tappet-plugin-my-thing').default;
       (async () => {
         const services = [{ name: 'web', command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] }];
         const supervisor = createSupervisor({ services, plugins: [configured(plugin, { failures_per_hour: 1 })] });
         await supervisor.start();
         await supervisor.settled();
         console.log(supervisor.service('web').state, supervisor.plugins()[0].name);
         await supervisor[Symbol.asyncDispose]();
         const harness = await pluginHarness(plugin, { config: { services } });
         console.log(harness.state('web'));
         await harness.close();
       })();`,
    );
    const { stdout } = await run(process.execPath, ['embedded.cjs'], project);
    expect(stdout).toBe('RUNNING my-thing\nRUNNING\n');
    const listed = 'console.log((await import("tappet-plugin-my-thing/cli")).commands.map(({ name }) => name).join())';
    expect(await run(process.execPath, ['--input-type=module', '-e', listed], project)).toMatchObject({
      stdout: 'my-thing\n',
    });
  });
});

/** `flaky` fails at once and is always restarted; `steady` runs. */
function configure(section: string): void {
  writeFileSync(
    join(project, 'services.toml'),
    `project = "create"

[plugins.my-thing]
${section}

[[services]]
name = "flaky"
command = "false"
restart = { policy = "always", delay = "50ms", max_attempts = 0 }

[[services]]
name = "steady"
command = "sleep"
args = ["1000"]
`,
  );
}

function tappet(...args: readonly string[]): Promise<Ran> {
  return run(process.execPath, ['node_modules/@tappet/cli/dist/bin.cjs', ...args], project);
}

async function pidOf(service: string): Promise<unknown> {
  const { stdout } = await tappet('status', '--json');
  const { services } = JSON.parse(stdout) as { services: { name: string; pid: number }[] };
  return services.find(({ name }) => name === service)?.pid;
}

/** What "npm publish" would send of each package. */
async function succeed(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, cwd);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stdout}\n${stderr}`);
  return stdout;
}

function run(command: string, args: readonly string[], cwd: string): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env: environment(), timeout: 110_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 255, stdout, stderr });
    });
  });
}

/** Nothing of the workspace, of npm's settings or of the test runner; the Node that runs this test comes first. */
function environment(): NodeJS.ProcessEnv {
  const foreign = /^(npm_|NODE_|VITEST|TAPPET_|INIT_CWD)/i;
  const inherited = Object.entries(process.env).filter(([key]) => !foreign.test(key));
  return {
    ...Object.fromEntries(inherited),
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    HOME: join(folder, 'home'),
    npm_config_registry: registry?.url ?? 'http://127.0.0.1:9',
    npm_config_cache: join(folder, 'home', 'npm'),
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    TAPPET_RUNTIME_DIR: join(folder, 'run'),
    NO_COLOR: '1',
  };
}
