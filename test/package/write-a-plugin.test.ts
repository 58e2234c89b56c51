import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../e2e/support/tappet.ts';
import { type Consumer, type Ended, makeConsumer, REPOSITORY, run } from './support/consumer.ts';

const NAME = 'tappet-plugin-restart-budget';
let consumer: Consumer;

beforeAll(async () => {
  consumer = await makeConsumer();
}, 300_000);
afterAll(() => consumer?.[Symbol.dispose]());

/** The files that a page has the reader write: blocks with a path after the language. */
function filesOf(page: string): [path: string, text: string][] {
  const text = readFileSync(join(REPOSITORY, page), 'utf8');
  return [...text.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)].map(([, path = '', content = '']) => [path, content]);
}

it('whoever follows the guide to plugins has one that is tested, built, found, and changes a decision', async () => {
  const plugin = join(consumer.folder, NAME);
  for (const [path, text] of filesOf('docs/how-to/write-a-plugin.md')) {
    const file = path === 'services.toml' ? join(consumer.folder, path) : join(plugin, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const node = (...words: string[]): Promise<Ended> => run([process.execPath, ...words], { cwd: plugin });
  const typeRoots = ['--typeRoots', join(REPOSITORY, 'node_modules/@types')];

  const built = await node(join(REPOSITORY, 'node_modules/typescript/bin/tsc'), ...typeRoots);
  expect(built.code, built.stdout).toBe(0);
  const tested = await node('--test', '--test-reporter=tap');
  expect(tested.code, tested.stdout).toBe(0);
  // Two of its own, and the conformance suite.
  expect(Number(/^# pass (\d+)$/m.exec(tested.stdout)?.[1])).toBeGreaterThan(9);

  // What npm install of a folder does.
  symlinkSync(plugin, join(consumer.folder, 'node_modules', NAME));
  const env = { ...process.env, NO_COLOR: '1', TAPPET_RUNTIME_DIR: join(consumer.folder, 'run') };
  const tappet = (...words: string[]): Promise<Ended> =>
    run([process.execPath, join(consumer.folder, 'node_modules/.bin/tappet'), ...words], { cwd: consumer.folder, env });

  expect(await tappet('check')).toMatchObject({ code: 0, stderr: '' });
  expect((await tappet('schema')).stdout).toContain('"perHour"');
  const up = await tappet('up', '--detach');
  expect(up.code, up.stderr).toBe(0);
  try {
    await until(async () => (await tappet('budget')).stdout === 'flaky: 3 of 3\n', 'the budget is spent');
    await until(async () => /flaky +FAILED/.test((await tappet('status')).stdout), 'flaky is FAILED');
    expect((await tappet('why', 'flaky')).stdout).toContain('restart budget of 3 an hour spent');
    expect((await tappet('plugins')).stdout).toMatch(/decideRestart +restart-budget:budget +4 calls/);
  } finally {
    expect((await tappet('down')).code).toBe(0);
  }
});
