import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive, until } from '../e2e/support/tappet.ts';
import { type Consumer, type Ended, makeConsumer, REPOSITORY, run } from './support/consumer.ts';
import { findOldNode, installNode22 } from './support/other-nodes.ts';

const SERVICES = `
project = "installed"

[[services]]
name = "prepare"
command = "true"
type = "oneshot"

[[services]]
name = "sleeper"
command = "sleep 1000"
depends_on = "prepare"
`;

const oldNode = await findOldNode();
let consumer: Consumer;

beforeAll(async () => {
  consumer = await makeConsumer();
  consumer.write('services.toml', SERVICES);
}, 300_000);
afterAll(() => consumer?.[Symbol.dispose]());

/** The installed command, under some Node. */
function tappet(node: string, ...words: readonly string[]): Promise<Ended> {
  return run([node, bin(), ...words], { cwd: consumer.folder, env: environment(node) });
}

function bin(): string {
  return join(consumer.folder, 'node_modules/.bin/tappet');
}

function environment(node: string): NodeJS.ProcessEnv {
  const path = `${dirname(node)}:${process.env['PATH'] ?? ''}`;
  return { ...process.env, NO_COLOR: '1', TAPPET_RUNTIME_DIR: join(consumer.folder, 'run'), PATH: path };
}

/** The life of a small stack: up, status, down. */
async function live(node: string): Promise<void> {
  const check = await tappet(node, 'check');
  expect(check.code, check.stderr).toBe(0);
  const daemon = spawn(node, [bin(), 'up'], { cwd: consumer.folder, env: environment(node), stdio: 'ignore' });
  const ended = new Promise((resolve) => daemon.once('close', resolve));
  try {
    await until(async () => /sleeper +RUNNING/.test((await tappet(node, 'status')).stdout), 'sleeper is RUNNING');
    const { stdout } = await tappet(node, 'status');
    expect(stdout).toMatch(/^prepare +STOPPED .*completed$/m);
    const pid = Number(/sleeper +RUNNING +(\d+)/.exec(stdout)?.[1]);

    expect((await tappet(node, 'down')).code).toBe(0);
    expect(await ended).toBe(0);
    expect(isAlive(pid)).toBe(false);
  } finally {
    daemon.kill('SIGTERM');
    await ended;
  }
}

describe('the packages, installed from their tarballs outside the workspace', () => {
  it('are copies, not links into the workspace', () => {
    expect(consumer.packages.length).toBeGreaterThanOrEqual(6);
    for (const name of consumer.packages) {
      const path = join(consumer.folder, 'node_modules', name);
      expect(realpathSync(path)).toBe(realpathSync(consumer.folder) + path.slice(consumer.folder.length));
    }
  });

  it('can be imported, every entry of them', async () => {
    const imports = consumer.entries.map((entry) => `await import(${JSON.stringify(entry)});`);
    consumer.write('import.mjs', `${imports.join('\n')}\nconsole.log('all imported');`);

    expect(await run([process.execPath, 'import.mjs'], { cwd: consumer.folder })).toEqual({
      code: 0,
      stdout: 'all imported\n',
      stderr: '',
    });
  });

  it('can be required from CommonJS, every entry of them', async () => {
    const requires = consumer.entries.map((entry) => `require(${JSON.stringify(entry)});`);
    consumer.write(
      'require.cjs',
      `${requires.join('\n')}\nconsole.log(typeof require('@tappet/core').createSupervisor);`,
    );
    const { code, stdout, stderr } = await run([process.execPath, 'require.cjs'], { cwd: consumer.folder });

    expect(code, stderr).toBe(0);
    expect(stdout).toBe('function\n');
  });

  it('have types that a strict program can use', async () => {
    const imports = consumer.entries.map((entry, n) => `import * as e${n} from ${JSON.stringify(entry)};`);
    const uses = consumer.entries.map((_, n) => `export type T${n} = keyof typeof e${n};`);
    const embed = `
      import { createSupervisor, definePlugin } from '@tappet/core';
      const plugin = definePlugin({ name: 'note', setup: ({ hooks }) => hooks.onExit.tap('note', ({ exit }) => void exit.code) });
      export const supervisor = createSupervisor({ services: [{ name: 'web', command: 'web' }], plugins: [plugin] });
      // @ts-expect-error there is no such hook
      definePlugin({ name: 'wrong', setup: ({ hooks }) => hooks.onExot.tap('wrong', () => {}) });`;
    consumer.write('types.ts', `${imports.join('\n')}\n${uses.join('\n')}\n${embed}`);
    const tsc = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
    const options = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      '--lib',
      'es2024,esnext.disposable',
    ];
    const node = ['--types', 'node', '--typeRoots', join(REPOSITORY, 'node_modules/@types')];
    const { code, stdout } = await run([process.execPath, tsc, ...options, ...node, '--skipLibCheck', 'types.ts'], {
      cwd: consumer.folder,
    });

    expect(code, stdout).toBe(0);
  });

  it('bring the command, which runs a stack', async () => {
    expect(await tappet(process.execPath, '--version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
    await live(process.execPath);
  });
});

describe('other versions of Node', () => {
  it.skipIf(oldNode === undefined)('one that is too old is told so, before any syntax it cannot read', async () => {
    const { code, stdout, stderr } = await tappet(oldNode ?? '', 'up');

    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^tappet needs Node 22\.18 or newer, this is Node \d+\.\d+\.\d+ \(/);
    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
  });

  it('22 runs a stack, and imports and requires every entry', async ({ skip }) => {
    const node = await installNode22(join(consumer.folder, '../node22'));
    if (node === undefined) return skip();

    await live(node);
    for (const script of ['import.mjs', 'require.cjs']) {
      const { code, stderr } = await run([node, script], { cwd: consumer.folder });
      expect(code, stderr).toBe(0);
    }
  }, 600_000);
});
