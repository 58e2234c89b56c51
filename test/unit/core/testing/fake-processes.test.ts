import {
  fakeProcesses,
  type FakeProcesses,
  type SpawnRequest,
  virtualClock,
  type VirtualClock,
} from '@tappet/core/testing';
import { beforeEach, describe, expect, it } from 'vitest';

let clock: VirtualClock;

beforeEach(() => {
  clock = virtualClock();
});

function request(service: string, extra: Partial<SpawnRequest> = {}): SpawnRequest {
  return {
    service,
    spec: {
      command: '/bin/app',
      args: ['-v'],
      env: {},
      cwd: '/',
      user: undefined,
      group: undefined,
      umask: 0o022,
      output: 'merged',
    },
    generation: 'g1',
    notifyFd: undefined,
    durable: false,
    forkingPidFile: undefined,
    ...extra,
  };
}

function layer(programs: Parameters<typeof fakeProcesses>[0]['programs'] = {}): FakeProcesses {
  return fakeProcesses({ clock, programs });
}

describe('fake processes', () => {
  it('ends by itself as scripted and tells the uptime', async () => {
    const processes = layer({ web: { exitAfterMs: 3000, exitCode: 7 } });
    const running = await processes.spawn(request('web'));
    await clock.advance(3000);
    expect(await running.exited).toEqual({ code: 7, signal: undefined, uptimeMs: 3000 });
    expect(processes.actionsOf('web')).toEqual(['0 spawn /bin/app -v', '3000 exit 7']);
  });

  it('gives each start its own program, the last one again and again', async () => {
    const processes = layer({ web: [{ exitCode: 1 }, { exitCode: 2 }] });
    const codes = [];
    for (let start = 0; start < 3; start++) {
      const running = await processes.spawn(request('web'));
      await clock.advance(0);
      codes.push((await running.exited).code);
    }
    expect(codes).toEqual([1, 2, 2]);
    expect(processes.requestsOf('web')).toHaveLength(3);
  });

  it('obeys, delays or ignores signals, but never SIGKILL', async () => {
    const processes = layer({
      web: { onSignal: { SIGTERM: 'ignore', SIGHUP: { afterMs: 20, code: 0, prints: 'bye\n' } } },
    });
    const running = await processes.spawn(request('web'));
    expect(running.signal('SIGTERM', 'group')).toBe(true);
    expect(running.signal('SIGCONT', 'process')).toBe(true);
    await clock.advance(100);
    expect(processes.pidOf('web')).toBe(running.identity.pid);
    running.signal('SIGHUP', 'group');
    await clock.advance(20);
    expect(await running.exited).toMatchObject({ code: 0, signal: undefined });
    expect(processes.outputOf('web')).toBe('bye\n');
    expect(running.signal('SIGTERM', 'group')).toBe(false);
    const again = await processes.spawn(request('web'));
    again.signal('SIGKILL', 'group');
    await clock.advance(0);
    expect(await again.exited).toMatchObject({ code: undefined, signal: 'SIGKILL' });
  });

  it('finds what a process left behind in the sweep, once', async () => {
    const processes = layer({ web: { exitCode: 0, leavesBehind: 2 } });
    const running = await processes.spawn(request('web'));
    await clock.advance(0);
    await running.exited;
    expect(await running.sweep(1000)).toBe(2);
    expect(await running.sweep(1000)).toBe(0);
    expect(await processes.sweepService('web', 1000)).toBe(0);
  });

  it('ends the previous generation before a new one starts', async () => {
    const processes = layer();
    const first = await processes.spawn(request('web'));
    const second = await processes.spawn(request('web', { generation: 'g2' }));
    expect(await first.exited).toMatchObject({ signal: 'SIGKILL' });
    expect(processes.pidOf('web')).toBe(second.identity.pid);
  });

  it('rejects with a SpawnError when scripted so', async () => {
    const processes = layer({ web: { spawnError: 'cannot start "web": no such file' } });
    await expect(processes.spawn(request('web'))).rejects.toMatchObject({ code: 'ERR_SPAWN_FAILED' });
  });

  it('notifies on the descriptor, line by line', async () => {
    const processes = layer({ web: { notifies: [{ afterMs: 5 }, { afterMs: 9, line: 'WATCHDOG=1' }] } });
    const running = await processes.spawn(request('web', { notifyFd: 3 }));
    const lines: string[] = [];
    running.onNotifyLine = (line) => lines.push(line);
    await clock.advance(10);
    await running.notified;
    expect(lines).toEqual(['', 'WATCHDOG=1']);
    expect((await processes.spawn(request('db'))).notified).toBeUndefined();
  });

  it('hands output to the sink, holds it back while the sink is full, and keeps a tail', async () => {
    const processes = layer();
    await processes.spawn(request('web'));
    const taken: string[] = [];
    let isFull = false;
    const resumes: (() => void)[] = [];
    await processes.channel('web').setSinks((_stream, onResume) => {
      resumes.push(onResume);
      return {
        write(chunk) {
          taken.push(new TextDecoder().decode(chunk));
          return !isFull;
        },
      };
    });
    isFull = true;
    processes.print('web', 'a');
    processes.print('web', 'b');
    expect(taken).toEqual(['a']);
    isFull = false;
    resumes[0]?.();
    expect(taken).toEqual(['a', 'b']);
    expect(new TextDecoder().decode(processes.channel('web').tail())).toBe('ab');
  });

  it('keeps stderr apart when it is split', async () => {
    const processes = layer({ web: { prints: [{ afterMs: 1, text: 'oops', stream: 'stderr' }] } });
    await processes.spawn(request('web', { spec: { ...request('web').spec, output: 'split' } }));
    const seen: string[] = [];
    processes.channel('web').subscribe((chunk, stream) => seen.push(`${stream} ${new TextDecoder().decode(chunk)}`));
    await clock.advance(1);
    expect(seen).toEqual(['stderr oops']);
  });

  it('opens a sink for a stream that appears later, once, and for none after the end', async () => {
    const processes = layer();
    await processes.spawn(request('web'));
    const opened: string[] = [];
    const taken: string[] = [];
    const channel = processes.channel('web');
    await channel.setSinks((stream) => {
      opened.push(stream);
      return { write: (chunk) => taken.push(`${stream} ${new TextDecoder().decode(chunk)}`) > 0 };
    });
    await processes.prepare([{ name: 'web', output: 'split', user: undefined, group: undefined, notify: false }]);
    processes.print('web', 'a', 'stderr');
    processes.print('web', 'b', 'stderr');
    expect(opened).toEqual(['output', 'stderr']);
    expect(taken).toEqual(['stderr a', 'stderr b']);
    await channel.close({ remove: false });
    processes.print('web', 'c', 'stdout');
    expect(opened).toEqual(['output', 'stderr']);
  });

  it('lets processes live on when the supervisor crashes, for the next one to adopt', async () => {
    const processes = layer();
    const first = await processes.spawn(request('web'));
    let oldOneHeard = false;
    void first.exited.then(() => {
      oldOneHeard = true;
    });
    await processes.crash();
    const adopted = await processes.adopt(request('web'), { process: first.identity });
    expect(adopted?.identity).toEqual(first.identity);
    expect(adopted?.adopted).toBe(true);
    processes.exit('web', { code: 4 });
    expect(await adopted?.exited).toMatchObject({ code: 4 });
    expect(oldOneHeard).toBe(false);
    expect(await processes.adopt(request('web'), { process: first.identity })).toBeUndefined();
    expect(await processes.adopt(request('db'), undefined)).toBeUndefined();
  });

  it('runs scripts to their end, their limit or the abort', async () => {
    const processes = fakeProcesses({
      clock,
      scripts: {
        web: ({ label }) => (label === 'pre' ? { takesMs: 50, code: 3, prints: 'x' } : { takesMs: Infinity }),
      },
    });
    const script = { service: 'web', spec: request('web').spec, script: { kind: 'inline', text: 'true' } } as const;
    const abort = new AbortController();
    const pre = processes.runScript({ ...script, label: 'pre', timeoutMs: 0, signal: abort.signal });
    const pos = processes.runScript({ ...script, label: 'pos', timeoutMs: 200, signal: abort.signal });
    const hung = processes.runScript({ ...script, label: 'other', timeoutMs: 0, signal: abort.signal });
    await clock.advance(200);
    expect(await pre).toMatchObject({ code: 3, durationMs: 50, timedOut: false });
    expect(await pos).toMatchObject({ timedOut: true, signal: 'SIGKILL', durationMs: 200 });
    abort.abort();
    expect(await hung).toMatchObject({ aborted: true });
    expect(clock.pendingTimers).toBe(0);
    expect(processes.actionsOf('web')).toEqual([
      '50 script pre: 3',
      '200 script pos: timed out',
      '200 script other: aborted',
    ]);
  });

  it('says so when a test drives a process that does not run', () => {
    expect(() => layer().exit('web')).toThrow(/"web": none runs/);
  });
});
