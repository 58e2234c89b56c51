import { expect, it } from 'vitest';
import { until } from '../e2e/support/tappet.ts';
import { example, run, start, TAPPET, temporaryFolder } from './support/running.ts';

const cwd = example('plugin');

it('the test of the plugin passes under node:test', async () => {
  const { code, text } = await run(['node', '--test', '--test-reporter=tap'], { cwd });

  expect(code, text).toBe(0);
  // Three of its own, and the conformance suite.
  expect(Number(/^# pass (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(10);
  expect(text).toMatch(/^# fail 0$/m);
});

it('the plugin refuses the restart of a service whose budget is spent, and of no other', async () => {
  using runtime = temporaryFolder();
  const env = { TAPPET_RUNTIME_DIR: runtime.path };
  await using daemon = start(['node', TAPPET, 'up'], { cwd, env });
  await daemon.said(/flaky was restarted 3 times within an hour/);
  const tappet = async (...words: string[]): Promise<string> =>
    (await run(['node', TAPPET, ...words], { cwd, env })).text;
  await until(async () => /flaky +FAILED/.test(await tappet('status')), 'flaky is FAILED');

  expect(await tappet('why', 'flaky')).toContain('exited with code 3 → restart budget of 3 an hour spent');
  expect(await tappet('plugins')).toMatch(/decideRestart +restart-budget:budget +4 calls/);
  expect(JSON.parse(await tappet('status', '--json'))).toMatchObject({
    services: [
      { name: 'steady', state: 'RUNNING', plugins: { 'restart-budget': { restartsLastHour: 0 } } },
      { name: 'flaky', state: 'FAILED', restarts: 3, plugins: { 'restart-budget': { restartsLastHour: 3 } } },
    ],
  });

  await tappet('down');
  expect(await daemon.exited).toBe(0);
});
