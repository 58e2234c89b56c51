import { createSupervisor, definePlugin, HOOKS, type HookName, type Plugin } from '@tappet/core';

/**
 * What 20 plugins that tap every hook and do nothing add to the start of 100 services.
 * Run with `npm run build && npx node benchmarks/plugins/start.ts [rounds]`. Goal: at most 1.05 times the start without plugins.
 */
const ROUNDS = Number(process.argv[2] ?? 15);
const SERVICES = 100;
const PLUGINS = 20;
const GOAL = 1.05;

let calls = 0;
const plugins = Array.from({ length: PLUGINS }, (_, index) => noOp(`noop-${index}`));

// One of each that does not count: code is compiled, programs are in the cache.
await start([]);
await start(plugins);

const without: number[] = [];
const withPlugins: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  // The machine's mood changes: both stand in each round, first one way round, then the other.
  const [first, second] = round % 2 === 0 ? [[], plugins] : [plugins, []];
  const [a, b] = [await start(first), await start(second)];
  without.push(round % 2 === 0 ? a : b);
  withPlugins.push(round % 2 === 0 ? b : a);
}
if (calls < ROUNDS * SERVICES * PLUGINS) throw new Error(`the plugins were called ${calls} times only`);
// The fastest round is the one that the rest of the machine disturbed least.
const ratio = Math.min(...withPlugins) / Math.min(...without);
console.log(`start of ${SERVICES} services, ${ROUNDS} rounds    fastest   median`);
console.log(`without plugins                       ${row(without)}`);
console.log(`with ${PLUGINS} no-op plugins               ${row(withPlugins)}`);
console.log(
  `ratio of the fastest ${ratio.toFixed(3)}, of the medians ${(median(withPlugins) / median(without)).toFixed(3)}`,
);
console.log(ratio <= GOAL ? `goal of ${GOAL} met` : `goal of ${GOAL} MISSED`);

function noOp(name: string): Plugin {
  return definePlugin({
    name,
    setup({ hooks }) {
      const names = Object.keys(HOOKS).filter((hook): hook is HookName => Object.hasOwn(HOOKS, hook));
      for (const hook of names) hooks[hook].tap('nothing', () => void calls++);
    },
  });
}

/** Milliseconds until every service runs. */
async function start(loaded: readonly Plugin[]): Promise<number> {
  const services = Array.from({ length: SERVICES }, (_, index) => ({
    name: `service-${index}`,
    command: '/bin/sleep',
    args: ['1000'],
  }));
  const supervisor = createSupervisor({ services, plugins: loaded });
  const startedMs = performance.now();
  await supervisor.start();
  await supervisor.settled();
  const tookMs = performance.now() - startedMs;
  if (supervisor.services().some(({ state }) => state !== 'RUNNING')) throw new Error('not every service runs');
  supervisor.requestStop('measured');
  await supervisor.ended;
  return tookMs;
}

function row(values: readonly number[]): string {
  return `${Math.min(...values)
    .toFixed(0)
    .padStart(4)} ms  ${median(values).toFixed(0).padStart(4)} ms`;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
