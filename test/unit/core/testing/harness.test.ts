import { ConfigError, definePlugin, type Plugin } from '@tappet/core';
import { pluginHarness } from '@tappet/core/testing';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../hooks/rig.ts';

/** The plugin of the design's example: so many restarts an hour, then no more. */
const budget: Plugin = definePlugin({
  name: 'restart-budget',
  configSchema: v.strictObject({ perHour: v.optional(v.pipe(v.number(), v.minValue(1)), 20) }),
  serviceSchema: v.strictObject({ perHour: v.optional(v.number()) }),
  setup({ config, serviceConfig, hooks, clock, describe: add }) {
    const restarts = new Map<string, number[]>();
    const recent = (name: string): number[] =>
      (restarts.get(name) ?? []).filter((atMs) => clock.nowMs() - atMs < 3_600_000);
    hooks.decideRestart.tap('budget', ({ service }) => {
      const limit = serviceConfig(service).perHour ?? config.perHour;
      const spent = recent(service.name);
      if (spent.length >= limit) return { restart: false, reason: `${limit} restarts an hour are spent` };
      restarts.set(service.name, [...spent, clock.nowMs()]);
      return undefined;
    });
    add((service) => ({ spent: recent(service.name).length }));
  },
});

const CONFIG = `
[plugins.restart-budget]
perHour = 2

[[services]]
name = "web"
command = "/bin/web"
restart = "always"

[[services]]
name = "db"
command = "/bin/db"
restart = "always"
[services.restart-budget]
perHour = 1
`;

describe('the plugin harness', () => {
  it('runs a plugin with a configuration as text against scripted programs, in no time', async () => {
    const startedMs = performance.now();
    await using harness = await pluginHarness(budget, {
      config: CONFIG,
      programs: { web: { exitAfterMs: 3000, exitCode: 1 }, db: { exitAfterMs: 60_000, exitCode: 1 } },
    });
    await harness.until('web', 'FAILED');
    await harness.until('db', 'FAILED');
    const starts = (service: string): number =>
      harness.processes.actionsOf(service).filter((line) => line.includes(' spawn ')).length;
    expect([starts('web'), starts('db')]).toEqual([3, 2]);
    expect(harness.clock.nowMs()).toBeGreaterThan(120_000);
    expect(performance.now() - startedMs).toBeLessThan(5000);
    expect(harness.supervisor.serviceStatus('web')?.plugins).toEqual({ 'restart-budget': { spent: 2 } });
    expect(harness.journal('web')[0]).toMatch(/^STOPPED → PENDING: /);
    expect(harness.journal('web').at(-1)).toMatch(/^RUNNING → FAILED: /);
    expect(harness.complaints()).toEqual([]);
  });

  it('takes the same configuration as a value, and options that change at a reload', async () => {
    const services = [{ name: 'web', command: '/bin/web', restart: 'always' }];
    await using harness = await pluginHarness(budget, { config: { services } });
    const pid = harness.processes.pidOf('web');
    const report = await harness.reload({ services, plugins: { 'restart-budget': { perHour: 1 } } });
    expect([report.unchanged, harness.processes.pidOf('web')]).toEqual([1, pid]);
    harness.processes.exit('web', { code: 1 });
    await harness.until('web', 'RUNNING');
    harness.processes.exit('web', { code: 1 });
    await harness.until('web', 'FAILED');
  });

  it('rejects with a ConfigError for options that the plugin refuses, at the start and at a reload', async () => {
    const wrong = { plugins: { 'restart-budget': { perHour: 0 } } };
    const failure = await failureOf(pluginHarness(budget, { config: wrong }));
    expect(failure).toBeInstanceOf(ConfigError);
    expect(failure).toMatchObject({ issues: [{ path: ['plugins', 'restart-budget', 'perHour'] }] });
    await using harness = await pluginHarness(budget, {});
    expect(await failureOf(harness.reload(wrong))).toBeInstanceOf(ConfigError);
    await harness.reload();
    expect(harness.report()?.taps).toMatchObject([{ label: 'restart-budget:budget' }]);
  });

  it('shows what a plugin logs and what goes wrong with it', async () => {
    const clumsy = definePlugin({
      name: 'clumsy',
      setup({ log, hooks }) {
        log.info({ size: 1 }, 'set up');
        hooks.onReady.tap('tap', () => {
          throw new Error('boom');
        });
      },
    });
    await using harness = await pluginHarness(clumsy, { config: { services: [{ name: 'web', command: '/bin/web' }] } });
    await harness.until('web', 'RUNNING');
    expect(harness.logged).toContainEqual(
      expect.objectContaining({ level: 'info', plugin: 'clumsy', message: 'set up' }),
    );
    expect(harness.complaints()).toEqual(['tap "clumsy:tap" on onReady failed: boom']);
  });

  it('moves virtual time for a plugin that waits during its setup', async () => {
    const slow = definePlugin({
      name: 'slow',
      async setup({ clock }) {
        await new Promise<void>((resolve) => {
          clock.setTimer(2000, resolve);
        });
      },
    });
    await using harness = await pluginHarness(slow);
    expect(harness.clock.nowMs()).toBe(2000);
    expect(harness.report()?.setupMs).toBe(2000);
  });

  it('says what is wrong with a configuration that cannot be used', async () => {
    expect(await failureOf(pluginHarness(budget, { config: 'plugins = ["restart-budget"]' }))).toBeInstanceOf(
      TypeError,
    );
    expect(await failureOf(pluginHarness(budget, { config: '[[services' }))).toMatchObject({ line: 1, column: 3 });
  });
});
