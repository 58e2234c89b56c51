import assert from 'node:assert/strict';
import { ConfigError } from '../errors/base.ts';
import { configured } from '../plugin/configured.ts';
import { definePlugin, type Plugin } from '../plugin/define-plugin.ts';
import { whyNoPlugin } from '../plugin/plugin-shape.ts';
import { type HarnessOptions, type PluginHarness, pluginHarness } from './harness.ts';
import { type HarnessConfig, readHarnessConfig } from './harness-config.ts';
import { leftOpen, openResources } from './leftovers.ts';

/** What the suite runs with. */
export interface ConformanceOptions extends HarnessOptions {
  /** `describe` and `it` of vitest, or of `node:test`. */
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => Promise<void>) => unknown;
}

/** A service that is there when the options name none. */
const WEB = { name: 'web', command: '/bin/web', restart: 'always' };
const EXTRA = { name: 'conformance-extra', command: '/bin/extra' };
const RELOADS = 5;

/**
 * Declares the tests that every plugin should pass: it lives through crashes and reloads without a failing or hanging tap, refuses
 * what is no configuration, comes and goes without touching a service, and leaves nothing behind. Everything runs on virtual time
 * with fake processes. Give a configuration under which the plugin has something to do.
 *
 * ```ts
 * import { describePlugin } from '@tappet/core/testing';
 * import { describe, it } from 'vitest'; // or from 'node:test'
 * import slack from '../src/index.ts';
 *
 * describePlugin(slack, { describe, it, config: '[plugins.slack]\nchannel = "ops"' });
 * ```
 */
export function describePlugin(plugin: Plugin, options: ConformanceOptions): void {
  const { describe, it } = options;
  const { name } = plugin;

  describe(`plugin "${name}" conforms`, () => {
    it('is a plugin', async () => {
      assert.equal(whyNoPlugin(plugin), undefined);
    });

    it('lives through a crash, a stop and a start without a failing, hanging or slow tap, and leaves nothing behind', () =>
      withoutLeftovers(plugin, options, async (harness) => {
        await live(harness);
        assert.equal(harness.report()?.name, name);
      }));

    it('adds to the status what JSON can carry', () =>
      withoutLeftovers(plugin, options, async (harness) => {
        await harness.advance(1000);
        for (const service of harness.supervisor.status().services) {
          const place = whereNoJson(service.plugins[name], `status of "${service.name}"`);
          assert.equal(place, undefined, `describe returns what JSON cannot carry: ${place}`);
        }
      }));

    it(`holds no more after ${RELOADS} reloads than after one, and touches no service`, () =>
      withoutLeftovers(plugin, options, async (harness) => {
        await harness.advance(1000);
        const pids = pidsOf(harness);
        await harness.reload();
        const { pendingTimers } = harness.clock;
        const taps = harness.report()?.taps.length;
        const open = openResources();
        for (let reload = 1; reload < RELOADS; reload++) await harness.reload();
        assert.deepEqual(pidsOf(harness), pids, 'a reload replaced processes');
        assert.equal(harness.report()?.taps.length, taps, 'the number of taps changed');
        assert.ok(
          harness.clock.pendingTimers <= pendingTimers,
          'timers pile up with each reload, cancel them in defer',
        );
        assertNone(await leftOpen(open), 'resources pile up with each reload, close them in defer');
        await live(harness);
      }));

    it('stays at work when a reload fails', () =>
      withoutLeftovers(plugin, options, async (harness) => {
        await harness.advance(1000);
        const pids = pidsOf(harness);
        await assert.rejects(
          harness.reloadWith([...(options.others ?? []), plugin, failing]),
          /refuses to be activated/,
        );
        assert.deepEqual(pidsOf(harness), pids, 'a failed reload replaced processes');
        await live(harness);
      }));

    it('goes and comes back without touching a service', () =>
      withoutLeftovers(plugin, options, async (harness) => {
        await harness.advance(1000);
        const pids = pidsOf(harness);
        const config = await fullConfig(options);
        await harness.reload(withoutSections(config, plugin));
        const { removed } = (await harness.reloadWith(options.others ?? [])).plugins;
        assert.deepEqual(removed, [name]);
        assert.equal(harness.report(), undefined);
        await harness.reloadWith([...(options.others ?? []), plugin]);
        assert.deepEqual(pidsOf(harness), pids, 'processes were replaced');
      }));

    it('accepts a service without a section of its own, and its removal', () =>
      withoutLeftovers(plugin, options, async (harness) => {
        const config = await fullConfig(options);
        await harness.reload({ ...config, services: [...(config.services ?? []), EXTRA] });
        await harness.until(EXTRA.name, 'RUNNING');
        await harness.reload(config);
        await harness.advance(30_000);
        assert.equal(harness.state(EXTRA.name), undefined);
      }));

    if (plugin.configSchema !== undefined) {
      it(`refuses [plugins.${name}] that is no table, naming the place`, async () => {
        // A file cannot say that: the core sees to it. A program that gives options as values can.
        await assertRefused(configured(plugin, 'conformance'), options, ['plugins', name]);
      });
    }

    if (plugin.serviceSchema !== undefined) {
      it(`refuses [services.${name}] that is no table, naming the place`, async () => {
        const config = await fullConfig(options);
        const [first = WEB, ...rest] = config.services ?? [];
        const wrong = { ...config, services: [{ ...first, [name]: 'conformance' }, ...rest] };
        await assertRefused(plugin, { ...options, config: wrong }, ['services', 0, name]);
      });
    }
  });
}

const failing: Plugin = definePlugin({
  name: 'conformance-failing',
  setup({ onActivate }) {
    onActivate(() => {
      throw new Error('this plugin refuses to be activated');
    });
  },
});

async function withoutLeftovers(
  plugin: Plugin,
  options: ConformanceOptions,
  use: (harness: PluginHarness) => Promise<void>,
): Promise<void> {
  const before = openResources();
  const harness = await pluginHarness(plugin, { ...options, config: await fullConfig(options) });
  try {
    await use(harness);
  } finally {
    await harness.close();
  }
  assertNone(harness.complaints(), 'the plugin misbehaved');
  assert.equal(harness.clock.pendingTimers, 0, 'timers are left, cancel them in defer');
  assertNone(await leftOpen(before), 'resources are left open, close them in defer');
}

/** What happens to a service in its life: it crashes, is stopped and started, and a hung tap meets its deadline. */
async function live(harness: PluginHarness): Promise<void> {
  for (const { name } of harness.supervisor.services()) {
    if (harness.processes.pidOf(name) !== undefined) harness.processes.exit(name, { code: 1 });
    await harness.advance(5000);
    for (const action of ['stop', 'start'] as const) {
      void harness.supervisor.submit(name, { action, actor: 'user', reason: 'conformance' });
      await harness.advance(35_000);
    }
  }
}

async function fullConfig({ config = {} }: HarnessOptions): Promise<HarnessConfig> {
  const { raw, options } = await readHarnessConfig(config);
  const services = Array.isArray(raw['services']) && raw['services'].length > 0 ? raw['services'] : [WEB];
  return { ...raw, services, plugins: options };
}

/** A table that nothing owns is refused, so the plugin's own go before it does. */
function withoutSections(config: HarnessConfig, { name, serviceKeys = {} }: Plugin): HarnessConfig {
  const own = new Set([name, ...Object.keys(serviceKeys)]);
  const strip = <T extends object>(table: T): T =>
    Object.fromEntries(Object.entries(table).filter(([key]) => !own.has(key))) as T;
  return {
    ...config,
    ...(config.defaults === undefined ? {} : { defaults: strip(config.defaults) }),
    services: (config.services ?? []).map(strip),
  };
}

function assertNone(found: readonly string[], what: string): void {
  assert.ok(found.length === 0, `${what}: ${found.join('; ')}`);
}

async function assertRefused(plugin: Plugin, options: HarnessOptions, path: readonly unknown[]): Promise<void> {
  let harness: PluginHarness;
  try {
    harness = await pluginHarness(plugin, options);
  } catch (error) {
    assert.ok(error instanceof ConfigError, `expected a ConfigError, received ${String(error)}`);
    const places = error.issues.map((issue) => issue.path.slice(0, path.length));
    assert.ok(
      places.some((place) => JSON.stringify(place) === JSON.stringify(path)),
      `expected an issue at ${JSON.stringify(path)}, received ${JSON.stringify(places)}`,
    );
    return;
  }
  await harness.close();
  assert.fail(`expected a schema that refuses a text where a table belongs (${path.join('.')})`);
}

function pidsOf({ supervisor }: PluginHarness): readonly (number | undefined)[] {
  return supervisor.services().map(({ pid }) => pid);
}

/** Where a value holds something that JSON would drop or change, undefined when nowhere. */
function whereNoJson(value: unknown, place: string): string | undefined {
  if (value === undefined || value === null || ['string', 'boolean'].includes(typeof value)) return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : place;
  if (typeof value !== 'object' || !(Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype))
    return place;
  for (const [key, inner] of Object.entries(value)) {
    const found = whereNoJson(inner, `${place}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
