import { describe, expect, it } from 'vitest';
import type { PluginReport, TapReport } from '@tappet/core';
import { bench, type Bench, until } from '../support/tappet.ts';
import { eventsOf, FLAKY, STEADY } from './plugin-bench.ts';

const HEAD = 'project = "insight"\n';

/** Fails on every exit until it is told not to. */
const FAILING = `let isBroken = true;
export default { name: 'failing', version: '0.3.0', setup({ hooks, expose }) {
  hooks.onExit.tap({ name: 'late', stage: 'late' }, () => {});
  hooks.onExit.tap('post', () => { if (isBroken) throw new Error('the channel is gone'); });
  hooks.onExit.tap({ name: 'early', stage: 'early' }, () => {});
  expose('repair', () => { isBroken = false; return {}; });
} };`;

async function tap(stack: Bench, label: string): Promise<TapReport | undefined> {
  const plugins = JSON.parse((await stack.run(['plugins', '--json'])).stdout) as PluginReport[];
  return plugins.flatMap(({ taps }) => taps).find((report) => report.label === label);
}

describe('"tappet plugins"', () => {
  it('shows every tap in the order of the calls, with calls, errors and cost', async () => {
    await using stack = bench(`${HEAD}plugins = ["./failing.mjs"]\n${STEADY}${FLAKY}`);
    stack.write('failing.mjs', FAILING);
    const daemon = stack.up();
    await daemon.line(/exited with code 1/);
    await until(async () => ((await tap(stack, 'failing:late'))?.calls ?? 0) >= 7, 'the taps were called seven times');
    const { stdout } = await stack.run(['plugins']);
    expect(stdout).toMatch(/^failing 0\.3\.0 \(set up in \d+ms\)$/m);
    const order = ['failing:early', 'failing:post', 'failing:late'].map((label) => stdout.indexOf(label));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order[0]).toBeGreaterThan(0);
    expect(stdout).toMatch(/onExit +failing:post +5 calls, p99 \d+\.\d\dms +5 errors, in quarantine/);
    expect(stdout).toMatch(/offers repair/);
    expect(await tap(stack, 'failing:post')).toMatchObject({
      hook: 'onExit',
      stage: 'normal',
      calls: 5,
      errors: 5,
      timeouts: 0,
      quarantined: true,
      lastError: 'the channel is gone',
      p50Ms: expect.any(Number),
      p99Ms: expect.any(Number),
    });
  });

  it('takes a tap out of quarantine when it is asked to; both are events and lines of the log', async () => {
    await using stack = bench(`${HEAD}plugins = ["./failing.mjs"]\n${STEADY}${FLAKY}`);
    stack.write('failing.mjs', FAILING);
    const daemon = stack.up();
    expect(await daemon.line(/tap "failing:post".*is quarantined/)).toContain('the channel is gone');
    expect((await stack.run(['plugins', '--release', 'failing:pots'])).code).not.toBe(0);
    expect(await stack.run(['plugins', '--release', 'failing:post'])).toMatchObject({
      code: 0,
      stdout: 'failing:post is called again\n',
    });
    // It still fails, so it is in quarantine again before long.
    await until(async () => (await tap(stack, 'failing:post'))?.calls === 10, 'it failed another five times');
    const messages = (await eventsOf(stack)).flatMap((event) => (event.type === 'plugin' ? event.message : []));
    const told = messages.filter((message) => /quarantine/.test(message));
    expect(told).toHaveLength(3);
    expect(told[1]).toContain('released');
  });
});
