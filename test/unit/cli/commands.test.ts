import { ConfigError } from '@tappet/core';
import { describe, expect, it } from 'vitest';
import { fakePlugin } from '../plugin-control/fake-supervisor.ts';
import { serveFake } from '../plugin-control/serve-fake.ts';
import { tappet } from './run-tappet.ts';

const UNREACHABLE = '/nowhere/control.sock';

describe('exit codes', () => {
  it('0 for a service that was started', async () => {
    await using served = await serveFake();
    expect(await tappet(['start', 'web', '--socket', served.socket])).toEqual({
      code: 0,
      out: 'started web\n',
      err: '',
    });
    expect(served.supervisor.submitted[0]?.intent).toMatchObject({ action: 'start', reason: 'tappet start' });
  });

  it('1 for a service that failed, with where to look next', async () => {
    await using served = await serveFake();
    served.supervisor.onSubmit = () => ({ outcome: 'failed', message: 'exited with code 3' });
    expect(await tappet(['restart', 'web', '--socket', served.socket])).toEqual({
      code: 1,
      out: '',
      err: 'cannot restart web: exited with code 3\n  see "tappet why web" and "tappet logs web"\n',
    });
  });

  it('2 for a command line that is wrong', async () => {
    for (const words of [
      ['start'],
      ['start', 'web', '--all'],
      ['why'],
      ['why', 'a', 'b'],
      ['status', '--nope'],
      ['nope'],
      ['logs', '-n', 'many'],
      ['logs', '-n'],
      ['completion', 'tcsh'],
      ['up', '--log-format', 'xml'],
    ]) {
      expect({ words, code: (await tappet(words)).code }).toEqual({ words, code: 2 });
    }
  });

  it('2 for a reload that is refused, and says that nothing has changed', async () => {
    await using served = await serveFake();
    served.supervisor.onReload = () =>
      Promise.reject(
        new ConfigError([
          {
            code: 'ERR_CONFIG_TYPE',
            message: 'cannot use that',
            path: ['services', 0],
            file: 's.toml',
            line: 3,
            column: 1,
          },
        ]),
      );
    expect(await tappet(['reload', '--socket', served.socket])).toEqual({
      code: 2,
      out: '',
      err: 's.toml:3:1: error: cannot use that\nnothing was changed: the configuration in force stays\n',
    });
  });

  it('3 when no supervisor is running', async () => {
    for (const verb of ['status', 'reload', 'down', 'logs', 'events', 'plugins']) {
      const ran = await tappet([verb, '--socket', UNREACHABLE]);
      expect({ verb, ...ran }).toEqual({
        verb,
        code: 3,
        out: '',
        err: `cannot reach a supervisor at ${UNREACHABLE}: none is running\n  start one with "tappet up"\n`,
      });
    }
  });

  it('4 for a service that nobody knows, with the nearest name', async () => {
    await using served = await serveFake([{ name: 'web-server' }]);
    for (const verb of ['start', 'stop', 'restart', 'signal', 'why', 'logs']) {
      const ran = await tappet([verb, 'web-sever', '--socket', served.socket]);
      expect({ verb, ...ran }).toMatchObject({
        verb,
        code: 4,
        err: 'cannot find service "web-sever": no service has this name\n  did you mean "web-server"?\n',
      });
    }
    expect(await tappet(['status', 'nope', '--socket', served.socket])).toMatchObject({ code: 4 });
    expect(served.supervisor.submitted).toEqual([]);
  });
});

describe('tappet status', () => {
  it('prints one service a line, and only those that are named', async () => {
    await using served = await serveFake([{ name: 'web@1' }, { name: 'web@2', state: 'FAILED' }, { name: 'db' }]);
    const { out } = await tappet(['status', '--socket', served.socket]);
    expect(out.split('\n').filter((line) => line.includes('RUNNING'))).toHaveLength(2);
    expect(out.trimEnd().split('\n')).toHaveLength(3);
    expect((await tappet(['status', 'web', '--socket', served.socket])).out.trimEnd().split('\n')).toHaveLength(2);
  });

  it('prints JSON with every figure', async () => {
    await using served = await serveFake();
    const { out } = await tappet(['status', '--json', '--socket', served.socket]);
    expect(JSON.parse(out)).toMatchObject({
      project: 'fake',
      services: [{ name: 'web', restarts: 0, startupMs: 3, shutdownMs: null, uptimeMs: 5000, failureRate: 0 }],
    });
  });

  it('has a header and colours on a terminal', async () => {
    await using served = await serveFake();
    const ran = await tappet(['status', '--socket', served.socket], { isTerminal: true, hasColors: true });
    expect(ran.out).toContain('\u001B[1mNAME\u001B[0m');
    expect(ran.out).toContain('\u001B[32mRUNNING\u001B[0m');
  });

  it('shows it again at a change and ends with the supervisor', async () => {
    const served = await serveFake();
    const pictures: string[] = [];
    const watching = tappet(['status', '--watch', '--socket', served.socket], {
      out(text) {
        pictures.push(String(text));
        if (pictures.length === 1) {
          const status = served.supervisor.status();
          served.supervisor.status = () => ({ ...status, services: [] });
          setImmediate(() => served.supervisor.emit({ type: 'started', services: 0, failed: [] }));
        } else void served[Symbol.asyncDispose]();
      },
    });
    expect(await watching).toMatchObject({ code: 0, err: 'the supervisor has ended\n' });
    expect(pictures).toEqual([expect.stringMatching(/^web {2}RUNNING/), '']);
  });
});

describe('start, stop, restart, signal', () => {
  it.each([
    [['stop', 'web'], 'done', 'stopped web\n'],
    [['restart', '--all'], 'done', 'restarted web\n'],
    [['signal', 'web'], 'done', 'web: ok\n'],
    [['start', 'web'], 'unchanged', 'web: nothing to do, ok\n'],
  ] as const)('%j that is %s prints %j', async (words, outcome, out) => {
    await using served = await serveFake();
    served.supervisor.onSubmit = () => ({ outcome, message: 'ok' });
    expect(await tappet([...words, '--socket', served.socket])).toEqual({ code: 0, out, err: '' });
  });

  it('sends HUP unless told otherwise', async () => {
    await using served = await serveFake();
    await tappet(['signal', 'web', '--socket', served.socket]);
    await tappet(['signal', '-s', 'usr1', 'web', '--socket', served.socket]);
    expect(served.supervisor.submitted.map(({ intent }) => intent.signal)).toEqual(['SIGHUP', 'SIGUSR1']);
  });

  it('does not wait with --no-wait', async () => {
    await using served = await serveFake();
    served.supervisor.onSubmit = () => new Promise(() => undefined);
    expect(await tappet(['stop', 'web', '--no-wait', '--socket', served.socket])).toMatchObject({
      code: 0,
      out: 'web: stop accepted\n',
    });
  });

  it('prints the report as JSON', async () => {
    await using served = await serveFake();
    const { out } = await tappet(['stop', 'web', '--json', '--socket', served.socket]);
    expect(JSON.parse(out)).toEqual({ action: 'stop', results: [{ service: 'web', outcome: 'done', message: 'ok' }] });
  });
});

describe('tappet logs', () => {
  const bytes = Buffer.from([0x61, 0xff, 0x0a, 0x62]);

  it('prints exactly the bytes of one service', async () => {
    await using served = await serveFake([
      { name: 'web', tail: bytes },
      { name: 'db', tail: 'no\n' },
    ]);
    const { out } = await tappet(['logs', 'web', '--socket', served.socket]);
    expect(out).toBe(bytes.toString('latin1'));
  });

  it('puts the name before the lines of several', async () => {
    await using served = await serveFake([
      { name: 'web', tail: 'one\ntwo\nthree' },
      { name: 'worker', tail: 'x\n' },
    ]);
    const { out } = await tappet(['logs', '-n', '2', '--socket', served.socket]);
    expect(out.split('\n').sort()).toEqual(['', 'web    | three', 'web    | two', 'worker | x']);
  });

  it('takes control sequences out on a terminal', async () => {
    await using served = await serveFake([{ name: 'web', tail: 'a\u001B[2J\u001B[31mb\n' }]);
    const { out } = await tappet(['logs', '--socket', served.socket], { isTerminal: true });
    expect(out).toBe('a\u001B[31mb\n');
  });
});

describe('tappet events', () => {
  it('prints the last ones for people and as JSON', async () => {
    await using served = await serveFake();
    served.supervisor.emit({ type: 'spawn', service: 'web', pid: 1, adopted: false });
    served.supervisor.emit({ type: 'started', services: 1, failed: [] });
    const text = await tappet(['events', '-n', '1', '--socket', served.socket]);
    expect(text.out).toMatch(/ started {3}all services are up\n$/);
    const { out } = await tappet(['events', '--json', '--socket', served.socket]);
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { type: string }).type),
    ).toEqual(['spawn', 'started']);
  });
});

describe('tappet plugins', () => {
  it('lists them and releases a tap', async () => {
    await using served = await serveFake();
    served.supervisor.pluginReports = [fakePlugin('demo', ['greet'])];
    expect((await tappet(['plugins', '--socket', served.socket])).out).toBe(
      'demo 1.0.0 (set up in 1ms)\n  offers greet\n',
    );
    expect(await tappet(['plugins', '--release', 'demo:x', '--socket', served.socket])).toMatchObject({
      code: 1,
      err: 'cannot release tap "demo:x": it is not in quarantine\n  no tap is in quarantine\n',
    });
  });
});

describe('tappet why', () => {
  it('tells state, reason and what it waits for', async () => {
    await using served = await serveFake();
    const why = served.supervisor.why('web');
    if (why === undefined) throw new Error('unreachable');
    served.supervisor.why = () => ({
      ...why,
      state: 'PENDING',
      waitingFor: ['redis'],
      journal: [{ time: '2026-01-02T03:04:05.000Z', from: 'STOPPED', to: 'PENDING', cause: 'a → b' }],
      blocksShutdown: ['db is STOPPING'],
    });
    const { out } = await tappet(['why', 'web', '--socket', served.socket]);
    expect(out).toContain(
      'web is PENDING: because\nIt is waiting for:\n  redis\nThe shutdown is waiting for:\n  db is STOPPING\n',
    );
    expect(Buffer.from(out, 'latin1').toString()).toMatch(/2026-01-02 \d\d:04:05 {2}STOPPED -> PENDING {2}a → b\n$/);
  });
});

describe('help and mistakes', () => {
  it('lists every command, with an example for each', async () => {
    const help = await tappet(['--help']);
    expect(help.code).toBe(0);
    for (const verb of ['up|daemon', 'down', 'status', 'why', 'completion']) expect(help.out).toContain(`  ${verb}`);
    expect(await tappet(['status', '--help'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('grep -c RUNNING'),
    });
    expect(await tappet(['help', 'daemon'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('tappet up --detach'),
    });
  });

  it('suggests the command that was meant', async () => {
    const ran = await tappet(['stauts']);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toContain("unknown command 'stauts'");
    expect(ran.err).toContain('Did you mean status?');
  });

  it('suggests the option that was meant, and says where the help is', async () => {
    const ran = await tappet(['logs', '--folow']);
    expect(ran.err).toContain("unknown option '--folow'");
    expect(ran.err).toContain('Did you mean --follow?');
    expect(ran.err).toContain('tappet logs --help');
  });

  it('prints its version', async () => {
    expect(await tappet(['--version'])).toEqual({ code: 0, out: '0.1.0\n', err: '' });
  });
});
