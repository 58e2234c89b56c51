import { HOOKS, type PluginReport } from '@tappet/core';
import { describe, expect, it } from 'vitest';
import { bench, type Bench, type Daemon, type StatusReport, until } from '../support/tappet.ts';
import { clientOf } from './plugin-bench.ts';

/**
 * A plugin that does `act` in every hook, in the listener for events and when the status is put together. What refuses a start by its nature
 * (`beforeStart`, `spawnSpec`, `checkReady`) it does to the service "victim" alone, and in `plan` only at a reload.
 */
function culprit(act: string): string {
  return `let generation = 0;
    const ASYNC = new Set(['onExit', 'beforeStop', 'onStop', 'onReload', 'onShutdown']);
    const leaked = [];
    let isLeaking = false;
    let supervisorOfOld;
    function act() { ${act} }
    export default { name: 'culprit', setup({ hooks, describe, supervisor }) {
      generation += 1;
      supervisorOfOld ??= supervisor;
      const isFirst = generation === 1;
      for (const hook of ['onSpawn', 'onReady', 'onOutput', 'onExit', 'decideRestart', 'beforeStop', 'onStop', 'onStateChange', 'onReload', 'onShutdown'])
        hooks[hook].tap({ name: hook, ...(ASYNC.has(hook) ? { deadlineMs: 500 } : {}) }, () => act());
      for (const hook of ['beforeStart', 'spawnSpec', 'checkReady'])
        hooks[hook].tap({ name: hook, ...(hook === 'checkReady' ? {} : { deadlineMs: 500 }) }, (first, second) => { if ((second ?? first).service.name === 'victim') return act(); });
      hooks.plan.tap({ name: 'plan', deadlineMs: 500 }, () => { if (!isFirst) return act(); });
      describe(act);
      supervisor.subscribe(act);
    } };`;
}

const SERVICES = `[[services]]
name = "steady"
command = "/bin/sleep"
args = ["1000"]
restart = { policy = "always", delay = "50ms" }

[[services]]
name = "flaky"
command = "sh -c 'echo hello; sleep 0.2; exit 1'"
restart = { policy = "always", delay = "50ms", factor = 1, max_attempts = 0 }

[[services]]
name = "victim"
command = "/bin/sleep"
args = ["1000"]
`;

interface Witness extends AsyncDisposable {
  /** Milliseconds that the slowest answer to `status` took. */
  slowestMs(): number;
  answers(): number;
}

/** Asks for the status all the time, and measures. */
async function watchStatus(stack: Bench): Promise<Witness> {
  const client = await clientOf(stack);
  let slowestMs = 0;
  let answers = 0;
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      const startedMs = performance.now();
      await client.status();
      slowestMs = Math.max(slowestMs, performance.now() - startedMs);
      answers++;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  })();
  watching.catch(() => {});
  return {
    slowestMs: () => slowestMs,
    answers: () => answers,
    async [Symbol.asyncDispose]() {
      over.abort();
      await watching;
    },
  };
}

describe.each([
  ['throws', `throw new Error('boom');`, /tap "culprit:onExit" on onExit failed: boom/],
  ['rejects', `return Promise.reject(new Error('boom'));`, /tap "culprit:onExit" on onExit failed: boom/],
  ['hangs', `return new Promise(() => {});`, /tap "culprit:onExit" on onExit: it did not settle within .* 500 ms/],
])('a plugin that %s in every hook', (_what, act, named) => {
  it('is named and quarantined, the other services are supervised, and status answers within 1.2 s', async () => {
    await using stack = await start(act);
    await using witness = await watchStatus(stack);
    await supervisesTheOthers(stack);
    expect(await stack.daemon.line(named)).toContain('culprit');
    expect(await stack.daemon.line(/tap "culprit:onExit" on onExit is quarantined/)).toContain('culprit');
    expect((await reportOf(stack)).taps.find(({ hook }) => hook === 'onExit')).toMatchObject({ quarantined: true });
    expect((await reportOf(stack)).taps.map(({ hook }) => hook).toSorted()).toEqual(Object.keys(HOOKS).toSorted());
    expect(witness.answers()).toBeGreaterThan(10);
    expect(witness.slowestMs()).toBeLessThan(1200);
  });

  it('keeps its own reload from happening, and nobody else from working', async () => {
    await using stack = await start(act);
    const { pid } = await serviceNamed(stack, 'steady');
    // The plan hook of the new generation fails, so the old plan and the old generation stay.
    const { code, stderr } = await stack.run(['reload']);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/culprit/);
    expect((await serviceNamed(stack, 'steady')).pid).toBe(pid);
    stack.write('services.toml', `project = "hostile"\n${SERVICES}`);
    expect((await stack.run(['reload'])).code).toBe(0);
    await until(
      async () => (await serviceNamed(stack, 'flaky')).restarts > 1,
      '"flaky" is restarted without the plugin',
    );
    expect((await serviceNamed(stack, 'steady')).pid).toBe(pid);
  });
});

describe('a plugin that blocks for a second in every hook', () => {
  it('is named, the other services are supervised, and status answers within 1.2 s', async () => {
    await using stack = await start('const end = Date.now() + 1000; while (Date.now() < end);');
    await using witness = await watchStatus(stack);
    // A restart of "flaky" waits for a rest after each of its taps.
    await supervisesTheOthers(stack, 1);
    expect(await stack.daemon.line(/tap "culprit:.*held the event loop/)).toContain('culprit');
    expect((await reportOf(stack)).taps.some(({ slow, timeouts }) => slow && timeouts > 0)).toBe(true);
    expect(witness.answers()).toBeGreaterThan(10);
    expect(witness.slowestMs()).toBeLessThan(1200);
  }, 120_000);
});

describe('a plugin that leaks timers and memory in every hook', () => {
  it('slows nobody down, and what its timers throw names it and its file', async () => {
    await using stack = await start(
      `leaked.push(Buffer.alloc(100_000), setInterval(() => leaked.push(1), 20));
       if (leaked.length === 20) setTimeout(() => { throw new Error('too late'); }, 10);`,
    );
    await using witness = await watchStatus(stack);
    await supervisesTheOthers(stack);
    await stack.daemon.line(/an error that nobody caught, of plugin "culprit": Error: too late/);
    expect(await stack.daemon.line(/at .*culprit\.mjs:\d+/)).toContain('culprit.mjs');
    expect(witness.slowestMs()).toBeLessThan(1200);
  });

  it('is switched off when its timers throw again and again, and the daemon goes on', async () => {
    await using stack = await start(
      `if (isLeaking) return; isLeaking = true;
       setInterval(() => { throw new Error('again'); }, 5);
       setInterval(() => Promise.reject(new Error('and again')), 5);`,
    );
    const { pid } = await serviceNamed(stack, 'steady');
    const message = await stack.daemon.line(/plugin "culprit" is switched off until the next reload/);
    expect(message).toMatch(/more than 20 errors that nobody caught came from it within 10s, the last: (and )?again/);
    await supervisesTheOthers(stack);
    expect((await reportOf(stack)).switchedOff).toContain('more than 20 errors');
    expect((await stack.run(['plugins'])).stdout).toContain('switched off until the next reload: more than 20');
    expect(stack.daemon.child.exitCode).toBeNull();
    expect((await serviceNamed(stack, 'victim')).state).toBe('RUNNING');
    expect(pid).not.toBeNull();
    const said = stack.daemon.lines();
    expect(said.filter((line) => line.includes('is switched off'))).toHaveLength(1);
    expect(said.filter((line) => line.includes('an error that nobody caught, of plugin "culprit"'))).toHaveLength(20);
  });

  it('cannot act through what is left of an old generation', async () => {
    await using stack = await start(
      `if (isLeaking) return; isLeaking = true;
       setInterval(() => supervisorOfOld.submit('victim', { action: 'stop', actor: 'rule', reason: 'left over' })
         .then(({ outcome, message }) => console.error('LEFT OVER', outcome, message)), 50);`,
    );
    await stack.daemon.line(/LEFT OVER (done|unchanged|refused)/);
    stack.write('services.toml', `project = "hostile"\n${SERVICES}`);
    expect((await stack.run(['reload'])).code).toBe(0);
    await stack.daemon.line(/LEFT OVER refused this generation of plugin "culprit" is over/);
  });
});

/** Another service goes on to be restarted, and one that dies is started again. */
async function supervisesTheOthers(stack: Bench, restarts = 8): Promise<void> {
  await until(async () => (await serviceNamed(stack, 'flaky')).restarts >= restarts, '"flaky" was restarted', 45_000);
  const { pid } = await serviceNamed(stack, 'steady');
  process.kill(Number(pid), 'SIGKILL');
  await until(async () => {
    const steady = await serviceNamed(stack, 'steady');
    return steady.state === 'RUNNING' && steady.pid !== pid;
  }, '"steady" was restarted');
}

async function reportOf(stack: Bench): Promise<PluginReport> {
  const plugins = JSON.parse((await stack.run(['plugins', '--json'])).stdout) as PluginReport[];
  const report = plugins.find(({ name }) => name === 'culprit');
  if (report === undefined) throw new Error('the culprit is not loaded');
  return report;
}

async function serviceNamed(stack: Bench, name: string): Promise<StatusReport['services'][number]> {
  const found = (await stack.status()).services.find((service) => service.name === name);
  if (found === undefined) throw new Error(`there is no service ${name}`);
  return found;
}

async function start(act: string): Promise<Bench & { readonly daemon: Daemon }> {
  const stack = bench(`project = "hostile"\nplugins = ["./culprit.mjs"]\n${SERVICES}`);
  stack.write('culprit.mjs', culprit(act));
  const daemon = stack.up();
  await daemon.line(/Service steady is running/);
  return { ...stack, daemon };
}
