import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import {
  type DaemonRecord,
  listRuntimeDirectories,
  openStore,
  readIdentity,
  runtimeDirectory,
  type ServiceRecord,
  silentLogger,
  type Store,
} from '@tappet/core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let base: string;
let directory: string;
let stores: Store[];

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'tappet-store-'));
  directory = join(base, 'project');
  stores = [];
});

afterEach(() => {
  for (const store of stores) store.close({ clean: false });
  rmSync(base, { recursive: true, force: true });
});

async function open(options: { flock?: boolean } = {}): Promise<Store> {
  const store = await openStore({ directory, project: 'project', log: silentLogger, ...options });
  stores.push(store);
  return store;
}

function record(service: string, fields: Partial<ServiceRecord> = {}): ServiceRecord {
  return {
    version: 1,
    service,
    state: 'RUNNING',
    specHash: 'abc',
    generation: 'g1',
    process: { pid: 42, startTime: 4711, bootId: 'boot' },
    ready: true,
    completed: false,
    restarts: 2,
    starts: 3,
    failures: 1,
    consecutiveFailures: 0,
    gaveUp: false,
    held: false,
    lastExit: {
      code: 1,
      signal: undefined,
      requested: false,
      uptimeMs: 12.5,
      outcome: 'failure',
      failure: true,
    },
    reason: undefined,
    ...fields,
  };
}

describe('a store', () => {
  it('makes its directory for the owner alone', async () => {
    await open();
    expect((statSync(directory).mode & 0o777).toString(8)).toBe('700');
  });

  it('gives back what was written, also to the next one', async () => {
    const store = await open();
    const written = [record('web'), record('db@1', { process: undefined, lastExit: undefined, state: 'STOPPED' })];
    for (const one of written) store.writeService(one);
    expect(store.readServices()).toEqual(expect.arrayContaining(written));
    store.close({ clean: false });
    expect((await open()).readServices()).toEqual(expect.arrayContaining(written));
  });

  it('writes only the newest record of a turn', async () => {
    const store = await open();
    for (let restarts = 0; restarts < 5; restarts++) store.writeService(record('web', { restarts }));
    expect(readdirSync(join(directory, 'state'))).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(readdirSync(join(directory, 'state'))).toEqual(['web.json']);
    expect(store.readServices()).toEqual([record('web', { restarts: 4 })]);
  });

  it('forgets a service', async () => {
    const store = await open();
    store.writeService(record('web'));
    store.removeService('web');
    store.flush();
    expect(store.readServices()).toEqual([]);
  });

  it('keeps the record of the daemon', async () => {
    const store = await open();
    const daemon: DaemonRecord = {
      version: 1,
      pid: 7,
      startTime: 8,
      bootId: 'boot',
      project: 'project',
      configFile: undefined,
      shutdown: { reason: 'required service failed', exitCode: 1 },
    };
    expect(store.readDaemon()).toBeUndefined();
    store.writeDaemon(daemon);
    expect(store.readDaemon()).toEqual(daemon);
  });

  it.each([
    ['cut off', '{"bootId":'],
    ['empty', ''],
    ['of another form', '{"bootId":"x","record":{"version":1}}'],
    ['of a later version', JSON.stringify({ bootId: 'x', record: { ...record('web'), version: 2 } })],
    [
      'with a pid that is none',
      JSON.stringify({ bootId: 'x', record: record('web', { process: { pid: -1, startTime: 1, bootId: 'b' } }) }),
    ],
    [
      'with a signal that is none',
      JSON.stringify({
        bootId: 'x',
        record: { ...record('web'), lastExit: { ...record('web').lastExit, signal: 'rm -rf' } },
      }),
    ],
    [
      'with a generation that is a path',
      JSON.stringify({ bootId: 'x', record: record('web', { generation: '../../etc' }) }),
    ],
    ['too large', `{"bootId":"${'x'.repeat(70_000)}"}`],
    ['about another service', JSON.stringify({ bootId: 'x', record: record('other') })],
  ])('sets a file aside that is %s, and says so', async (_what, content) => {
    const store = await open();
    const file = join(directory, 'state/web.json');
    writeFileSync(file, content.replace('"bootId":"x"', `"bootId":"${readIdentity(process.pid)?.bootId}"`));
    store.writeService(record('fine'));
    expect(store.readServices()).toEqual([record('fine')]);
    expect(store.problems().join()).toMatch(/web\.json is damaged and was set aside/);
    expect(store.problems()).toEqual([]);
    expect([existsSync(file), existsSync(`${file}.bad`)]).toEqual([false, true]);
  });

  it('ignores records of an earlier boot', async () => {
    const store = await open();
    writeFileSync(join(directory, 'state/web.json'), JSON.stringify({ bootId: 'earlier', record: record('web') }));
    expect(store.readServices()).toEqual([]);
    expect(store.problems()).toEqual([]);
  });

  it('never throws for what stands in a file', async () => {
    const store = await open();
    const file = join(directory, 'state/web.json');
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.uint8Array()), (content) => {
        writeFileSync(file, content);
        expect(store.readServices()).toEqual([]);
        store.problems();
      }),
      { numRuns: 200 },
    );
  });

  it('reports what it cannot write, and does not throw', async () => {
    const store = await open();
    rmSync(join(directory, 'state'), { recursive: true });
    writeFileSync(join(directory, 'state'), '');
    store.writeService(record('web'));
    store.flush();
    expect(store.problems().join()).toMatch(/cannot write .*web\.json/);
    rmSync(join(directory, 'state'));
    mkdirSync(join(directory, 'state'));
  });

  it('removes everything of a finished supervisor, its directory too', async () => {
    const store = await open();
    store.writeService(record('web'));
    store.close({ clean: true });
    expect(readdirSync(base)).toEqual([]);
  });
});

describe('a directory that cannot be trusted', () => {
  it.skipIf(process.getuid?.() !== 0 && process.env['CI'] === undefined)('of somebody else is refused', async () => {
    mkdirSync(directory);
    chownSync(directory, 65534, 65534);
    await expect(open()).rejects.toMatchObject({ code: 'ERR_STORE_IO' });
    await expect(open()).rejects.toThrow(/it belongs to user 65534/);
  });

  it('that others may write to is refused', async () => {
    mkdirSync(directory);
    chmodSync(directory, 0o777);
    await expect(open()).rejects.toThrow(/others may write to it/);
  });

  it('below one that others may write to is refused', async () => {
    chmodSync(base, 0o777);
    await expect(open()).rejects.toThrow(new RegExp(`${base}: others may write to it`));
    chmodSync(base, 0o700);
  });

  it('that is a file is refused', async () => {
    writeFileSync(directory, '');
    await expect(open()).rejects.toMatchObject({ code: 'ERR_STORE_IO' });
  });
});

const holder = fileURLToPath(new URL('holder.ts', import.meta.url));
const relay = fileURLToPath(new URL('relay.ts', import.meta.url));

/** Another process that holds the lock of the directory. */
async function hold(flock: boolean): Promise<ChildProcess> {
  const argv = ['--conditions=@tappet/source', '--no-warnings', holder, directory, String(flock)];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => void child.stdout?.once('data', resolve));
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await new Promise((resolve) => void child.once('exit', resolve));
}

describe.each([
  { how: 'flock', flock: true },
  { how: 'a file', flock: false },
])('a lock by $how', ({ flock }) => {
  it('names the process that holds it, and goes with that process', async () => {
    const child = await hold(flock);
    const attempt = open({ flock });
    await expect(attempt).rejects.toMatchObject({ code: 'ERR_STORE_LOCKED' });
    await expect(attempt).rejects.toThrow(`a daemon with process id ${child.pid} runs it already`);
    await end(child);
    await expect(open({ flock })).resolves.toMatchObject({ directory });
  });

  it('is free again after close', async () => {
    (await open({ flock })).close({ clean: false });
    (await open({ flock })).close({ clean: true });
    await expect(open({ flock })).resolves.toMatchObject({ directory });
  });

  it('goes from one to the other while each takes the directory away with it', async () => {
    const argv = ['--conditions=@tappet/source', '--no-warnings', relay, directory, String(flock), '40'];
    const children = [0, 1].map(() => spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] }));
    const outputs = await Promise.all(children.map(({ stdout }) => text(stdout)));
    expect(outputs).toEqual(['done\n', 'done\n']);
    expect(readdirSync(base)).toEqual([]);
  });

  it('is held against a second one in the same process', async () => {
    await open({ flock });
    await expect(open({ flock })).rejects.toMatchObject({ code: 'ERR_STORE_LOCKED' });
  });

  it('shows the daemon to the commands that look for it', async () => {
    const env = { TAPPET_RUNTIME_DIR: base };
    mkdirSync(join(base, 'stopped'));
    const child = await hold(flock);
    expect(listRuntimeDirectories({ env, uid: 0 })).toEqual([{ project: 'project', directory, pid: child.pid }]);
    await end(child);
    expect(listRuntimeDirectories({ env, uid: 0 })).toEqual([]);
  });
});

describe('the runtime directory', () => {
  it.each([
    { uid: 0, env: {}, expected: '/run/tappet/web' },
    { uid: 0, env: { XDG_RUNTIME_DIR: '/run/user/0' }, expected: '/run/tappet/web' },
    { uid: 1000, env: { XDG_RUNTIME_DIR: '/run/user/1000' }, expected: '/run/user/1000/tappet/web' },
    { uid: 1000, env: { XDG_RUNTIME_DIR: 'relative' }, expected: join(tmpdir(), 'tappet-1000/web') },
    { uid: 1000, env: {}, expected: join(tmpdir(), 'tappet-1000/web') },
    { uid: 0, env: { TAPPET_RUNTIME_DIR: '/srv/t' }, expected: '/srv/t/web' },
  ])('is $expected for user $uid with $env', ({ uid, env, expected }) => {
    expect(runtimeDirectory('web', env, uid)).toBe(expected);
  });
});
