import { describe, expect, it } from 'vitest';
import { TappetError } from '../../../../packages/core/src/errors/base.ts';
import type { SpawnSpec } from '../../../../packages/core/src/hooks/events.ts';
import { cause, exitPayload, failureOf, never, rig, service } from './rig.ts';

const signal = new AbortController().signal;
const spec: SpawnSpec = {
  command: '/bin/app',
  args: ['-v'],
  env: {},
  cwd: '/',
  user: undefined,
  group: undefined,
  umask: 0,
  output: 'merged',
};

describe('gates', () => {
  it('veto with the reason first and the plugin named, and skip later taps', async () => {
    const { lifecycle, plugin, problems } = rig();
    let isLaterCalled = false;
    plugin('licence').beforeStart.tap('check', () => {
      throw new TappetError('no licence', { code: 'ERR_START_VETOED', hint: 'buy one' });
    });
    plugin('b').beforeStart.tap('later', () => {
      isLaterCalled = true;
    });
    await expect(lifecycle.beforeStart({ service, cause, signal })).rejects.toMatchObject({
      name: 'PluginError',
      code: 'ERR_PLUGIN_TAP',
      message: 'no licence (plugin licence)',
      hint: 'buy one',
      plugin: 'licence',
      hook: 'beforeStart',
    });
    expect(isLaterCalled).toBe(false);
    expect(problems).toEqual([]);
  });

  it('veto at their deadline, naming plugin, hook and deadline', async () => {
    const { clock, lifecycle, plugin } = rig();
    plugin('slow').beforeStart.tap('wait', never);
    const failure = failureOf(lifecycle.beforeStart({ service, cause, signal }));
    await clock.advance(30_000);
    expect(await failure).toMatchObject({
      code: 'ERR_PLUGIN_DEADLINE',
      plugin: 'slow',
      hook: 'beforeStart',
      message: expect.stringContaining('30000 ms') as unknown,
    });
  });

  it('ask all readiness checks at once', async () => {
    const { clock, lifecycle, plugin } = rig();
    const wait = (ms: number) => (): Promise<void> =>
      new Promise((resolve) => {
        clock.setTimer(ms, resolve);
      });
    plugin('a').checkReady.tap('one', wait(100));
    plugin('b').checkReady.tap('two', wait(150));
    let isReady = false;
    const call = lifecycle.checkReady({ service, signal }).then(() => {
      isReady = true;
    });
    await clock.advance(149);
    expect(isReady).toBe(false);
    await clock.advance(1);
    await call;
    expect(isReady).toBe(true);
  });

  it('let a readiness check take as long as it wants, until its signal aborts', async () => {
    const { clock, lifecycle, plugin, report } = rig();
    const abort = new AbortController();
    plugin().checkReady.tap('ignores its signal', never);
    const failure = failureOf(lifecycle.checkReady({ service, signal: abort.signal }));
    await clock.advance(3_600_000);
    abort.abort(new Error('start timeout'));
    expect(await failure).toMatchObject({ message: 'start timeout' });
    expect(report('p:ignores its signal')).toMatchObject({ errors: 0, timeouts: 0 });
  });

  it('do not count a tap as failing that gives up when it is told to', async () => {
    const { clock, lifecycle, plugin, report } = rig();
    const abort = new AbortController();
    plugin().beforeStop.tap(
      'drain',
      ({ signal: told }) =>
        new Promise((_resolve, reject) => {
          told.addEventListener('abort', () => reject(told.reason as Error));
        }),
    );
    const call = lifecycle.beforeStop({ service, cause, signal: abort.signal });
    await clock.advance(10);
    abort.abort();
    await call;
    expect(report('p:drain')).toMatchObject({ calls: 1, errors: 0 });
  });

  it('cannot keep a service from stopping', async () => {
    const { lifecycle, plugin, problems } = rig();
    plugin().beforeStop.tap('never', () => {
      throw new Error('stay');
    });
    await lifecycle.beforeStop({ service, cause, signal });
    expect(problems).toMatchObject([{ what: 'failed', message: 'tap "p:never" on beforeStop failed: stay' }]);
  });
});

describe('transforms', () => {
  it('hand the value from tap to tap and keep it when a tap returns nothing', async () => {
    const { lifecycle, plugin } = rig();
    plugin('a').spawnSpec.tap('nice', (value, payload) => {
      expect(payload.service.name).toBe('web');
      return { ...value, command: 'nice', args: [value.command, ...value.args] };
    });
    plugin('b').spawnSpec.tap('nothing', async () => {});
    plugin('c').spawnSpec.tap('env', async (value) => ({ ...value, env: { A: '1' } }));
    expect(await lifecycle.spawnSpec(spec, { service })).toEqual({
      ...spec,
      command: 'nice',
      args: ['/bin/app', '-v'],
      env: { A: '1' },
    });
  });

  it('give the value back untouched when nothing is tapped', async () => {
    expect(await rig().lifecycle.spawnSpec(spec, { service })).toBe(spec);
  });

  it('abort on a throw and on an answer that cannot be used', async () => {
    const { lifecycle, plugin } = rig();
    plugin().spawnSpec.tap('bad', () => ({ command: 1 }) as unknown as SpawnSpec);
    await expect(lifecycle.spawnSpec(spec, { service })).rejects.toMatchObject({
      code: 'ERR_PLUGIN_TAP',
      message: 'it returned an object with the keys command, expected a SpawnSpec or nothing (plugin p)',
    });
  });

  it('are never skipped: a broken one aborts every time', async () => {
    const { lifecycle, plugin, report } = rig({ quarantineAfter: 2 });
    plugin('sandbox').spawnSpec.tap('jail', () => {
      throw new Error('no jail');
    });
    for (let start = 0; start < 5; start++) {
      await expect(lifecycle.spawnSpec(spec, { service })).rejects.toThrow('no jail');
    }
    expect(report('sandbox:jail')).toMatchObject({ errors: 5, quarantined: false });
  });
});

describe('decisions', () => {
  const payload = { ...exitPayload, failures: 1 };

  it('take the first opinion, and none from a tap that throws or answers nonsense', () => {
    const { lifecycle, plugin, problems } = rig();
    plugin('a').decideRestart.tap('throws', () => {
      throw new Error('boom');
    });
    plugin('b').decideRestart.tap('nonsense', () => 'yes' as never);
    plugin('c').decideRestart.tap('none', () => {});
    plugin('c').decideRestart.tap('null', () => null as unknown as undefined);
    plugin('d').decideRestart.tap('no', () => ({ restart: false, reason: 'night' }));
    plugin('e').decideRestart.tap('too late', () => ({ restart: true, reason: 'day' }));
    expect(lifecycle.decideRestart(payload)).toEqual({ restart: false, reason: 'night' });
    expect(problems.map(({ message }) => message)).toEqual([
      'tap "a:throws" on decideRestart failed: boom',
      'tap "b:nonsense" on decideRestart failed: it returned string, expected { restart, reason } or nothing',
    ]);
  });

  it('take only a sink that can be written to', () => {
    const { lifecycle, plugin } = rig();
    const sink = { write: () => true };
    plugin('a').onOutput.tap('no sink', () => ({}) as typeof sink);
    plugin('b').onOutput.tap('sink', () => sink);
    expect(lifecycle.onOutput({ service, stream: 'output', resume() {} })).toBe(sink);
  });
});
