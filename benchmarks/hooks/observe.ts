import { systemClock } from '../../packages/core/src/clock.ts';
import { type CallTarget, createLifecycle } from '../../packages/core/src/hooks/calls.ts';
import type { OnExitPayload, OnReadyPayload } from '../../packages/core/src/hooks/events.ts';
import { createHooks } from '../../packages/core/src/hooks/hooks.ts';
import { applyPolicy } from '../../packages/core/src/hooks/policy.ts';
import { scopeHooks } from '../../packages/core/src/hooks/scope.ts';
import type { ScopedHooks } from '../../packages/core/src/plugin/context.ts';

/**
 * What one call of an observe hook costs with isolated taps: none, ten sync ones, ten that return a promise.
 * Run with `npx node benchmarks/hooks/observe.ts`. Goals: ten taps at most 2 µs sync and 10 µs async, none next to nothing.
 */
const ROUNDS = 7;
const CALLS = 50_000;
const TAPS = 10;

const service: OnReadyPayload['service'] = {
  name: 'web',
  spec: {} as OnReadyPayload['service']['spec'],
  state: 'RUNNING',
  pid: 1,
  restarts: 0,
  uptimeMs: 1,
};
const ready: OnReadyPayload = { service, startupMs: 1 };
const exit: OnExitPayload = {
  service,
  exit: { code: 0, signal: undefined, requested: true, uptimeMs: 1, outcome: 'stopped', failure: false },
};
let seen = 0;

const empty = lifecycleWith(() => {});
const sync = lifecycleWith((hooks, index) => hooks.onReady.tap(`tap${index}`, () => void seen++));
const syncOnAsync = lifecycleWith((hooks, index) => hooks.onExit.tap(`tap${index}`, () => void seen++));
const asynchronous = lifecycleWith((hooks, index) => hooks.onExit.tap(`tap${index}`, async () => void seen++));

const results = [
  ['no tap, sync hook', await best(async () => repeatSync(() => empty.onReady(ready)))],
  ['no tap, async hook', await best(() => repeatAsync(() => empty.onExit(exit)))],
  [`${TAPS} taps, sync hook`, await best(async () => repeatSync(() => sync.onReady(ready)))],
  [`${TAPS} sync taps, async hook`, await best(() => repeatAsync(() => syncOnAsync.onExit(exit)))],
  [`${TAPS} async taps, async hook`, await best(() => repeatAsync(() => asynchronous.onExit(exit)))],
] as const;
for (const [what, us] of results) console.log(`${what.padEnd(28)} ${us.toFixed(3)} µs per call`);
if (seen === 0) throw new Error('no tap ran');

function lifecycleWith(tap: (hooks: ScopedHooks, index: number) => void): ReturnType<typeof createLifecycle> {
  const target: CallTarget = {
    hooks: createHooks(),
    inFlight: new Map(),
    onCallEnd: undefined,
    retired: new AbortController().signal,
  };
  applyPolicy(target.hooks, { clock: systemClock, report: (problem) => console.error(problem.message) });
  for (let index = 0; index < TAPS; index++) {
    tap(scopeHooks({ plugin: `plugin${index}`, hooks: target.hooks, isOpen: () => true }), index);
  }
  return createLifecycle(() => target);
}

async function best(run: () => Promise<number>): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) least = Math.min(least, await run());
  return least;
}

async function repeatAsync(call: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  for (let index = 0; index < CALLS; index++) await call();
  return cpuUs(before) / CALLS;
}

function repeatSync(call: () => void): number {
  const before = process.cpuUsage();
  for (let index = 0; index < CALLS; index++) call();
  return cpuUs(before) / CALLS;
}

/** CPU time of all threads, the garbage collector's too: unlike wall time it holds on a busy machine. */
function cpuUs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
