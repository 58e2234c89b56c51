import { createSupervisor, definePlugin, type Plugin } from '@tappet/core';

/**
 * A reload that changes nothing, with 500 services that run and 10 plugins that count, while one more service ends and is
 * started again all the time. Run with `npm run build && npx node benchmarks/plugins/reload.ts [reloads]`.
 * Goals: at most 200 ms, no service touched, no hook call lost.
 */
const RELOADS = Number(process.argv[2] ?? 15);
const SERVICES = 500;
const PLUGINS = 10;
const GOAL_MS = 200;

const counts = new Map<string, { spawns: number; states: number; generations: number }>();
const steady = Array.from({ length: SERVICES }, (_, index) => ({
  name: `service-${index}`,
  command: '/bin/sleep',
  args: ['1000'],
}));
const busy = {
  name: 'busy',
  command: '/bin/true',
  restart: { policy: 'always', delay: '5ms', factor: 1, jitter: 0, max_attempts: 0 },
};

const supervisor = createSupervisor({
  services: [...steady, busy],
  plugins: Array.from({ length: PLUGINS }, (_, index) => counting(`counting-${index}`)),
});
const seen = { spawns: 0, states: 0 };
supervisor.subscribe((event) => {
  if (event.type === 'spawn') seen.spawns++;
  if (event.type === 'state') seen.states++;
});
await supervisor.start();
await supervisor.settled();
const pids = pidsOfSteady();

const times: number[] = [];
for (let reload = 0; reload < RELOADS; reload++) {
  const startedMs = performance.now();
  const { unchanged } = await supervisor.reload();
  times.push(performance.now() - startedMs);
  if (unchanged !== SERVICES + 1) throw new Error(`${SERVICES + 1 - unchanged} services were touched`);
  await new Promise((resolve) => setTimeout(resolve, 50));
}
if (pidsOfSteady().join() !== pids.join()) throw new Error('processes were replaced');
for (const [name, { spawns, states, generations }] of counts) {
  if (generations !== RELOADS + 1) throw new Error(`${name} was set up ${generations} times`);
  if (spawns !== seen.spawns || states !== seen.states)
    throw new Error(`${name} saw ${spawns} of ${seen.spawns} spawns and ${states} of ${seen.states} transitions`);
}
supervisor.requestStop('measured');
await supervisor.ended;

const sorted = times.toSorted((left, right) => left - right);
const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
const worst = sorted.at(-1) ?? Number.NaN;
console.log(
  `reload with ${SERVICES} unchanged services and ${PLUGINS} plugins: median ${median.toFixed(0)} ms, slowest of ${RELOADS} ${worst.toFixed(0)} ms;`,
);
console.log(`same pids, all ${seen.spawns} spawns and ${seen.states} transitions seen by every plugin`);
console.log(worst <= GOAL_MS ? `goal of ${GOAL_MS} ms met` : `goal of ${GOAL_MS} ms MISSED`);

function counting(name: string): Plugin {
  return definePlugin({
    name,
    setup({ hooks, carry }) {
      const count = carry('count', () => ({ spawns: 0, states: 0, generations: 0 }));
      counts.set(name, count);
      count.generations++;
      hooks.onSpawn.tap('count', () => void count.spawns++);
      hooks.onStateChange.tap('count', () => void count.states++);
      hooks.onExit.tap('wait', async () => {});
      hooks.beforeStart.tap('wait', async () => {});
    },
  });
}

function pidsOfSteady(): readonly (number | undefined)[] {
  return supervisor.services().flatMap(({ name, pid }) => (name === 'busy' ? [] : [pid]));
}
