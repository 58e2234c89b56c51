import { definePlugin } from '../../packages/core/src/plugin/define-plugin.ts';
import { pluginHarness } from '../../packages/core/src/testing/harness.ts';

/**
 * A day of 100 services on virtual time: each is probed every 30 s by a plugin and crashes once an hour.
 * Run with `npx node benchmarks/hooks/simulated-day.ts`. Goal: at most 1 s.
 */
const SERVICES = 100;
const PROBE_EVERY_MS = 30_000;
const CRASH_EVERY_MS = 3_600_000;
const DAY_MS = 24 * 3_600_000;

let probes = 0;
const prober = definePlugin({
  name: 'prober',
  setup({ hooks, clock, defer }) {
    const timers = new Map<string, { cancel(): void }>();
    const probe = (name: string): void => {
      probes++;
      timers.set(
        name,
        clock.setTimer(PROBE_EVERY_MS, () => probe(name)),
      );
    };
    hooks.onReady.tap('begin', ({ service }) => probe(service.name));
    hooks.onExit.tap('end', ({ service }) => timers.get(service.name)?.cancel());
    defer(() => {
      for (const timer of timers.values()) timer.cancel();
    });
  },
});

const names = Array.from({ length: SERVICES }, (_, index) => `service-${index}`);
const harness = await pluginHarness(prober, {
  config: { services: names.map((name) => ({ name, command: '/bin/app', restart: 'always' })) },
  programs: Object.fromEntries(
    names.map((name, index) => [name, { exitAfterMs: CRASH_EVERY_MS + index * 977, exitCode: 1 }]),
  ),
});
const startedMs = performance.now();
await harness.advance(DAY_MS);
const tookMs = performance.now() - startedMs;
const spawns = harness.processes.actions.filter(({ what }) => what === 'spawn').length;
await harness.close();
if (spawns < SERVICES * 20 || probes < SERVICES * 2000) throw new Error(`only ${spawns} starts and ${probes} probes`);
console.log(`a day with ${SERVICES} services, ${probes} probes, ${spawns} starts: ${Math.round(tookMs)} ms`);
