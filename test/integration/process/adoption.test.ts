import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DriverEvent, DriverOptions } from './driver.ts';
import { isLiving, living, livingWithMarker, uniqueSeconds, until } from './rig.ts';

const driverFile = fileURLToPath(new URL('driver.ts', import.meta.url));
const programs = fileURLToPath(new URL('../../fixtures/programs/', import.meta.url));

type Kind<Name extends DriverEvent['event']> = Extract<DriverEvent, { event: Name }>;

interface Driver {
  readonly pid: number;
  readonly child: ChildProcess;
  next<Name extends DriverEvent['event']>(event: Name): Promise<Kind<Name>>;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

let directory: string;
/** One of its own for each test, so that none counts the processes of another. */
let projectId: string;
let drivers: Driver[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tappet-adopt-'));
  projectId = `driver-${uniqueSeconds()}`;
  drivers = [];
});

afterEach(async () => {
  const last = drivers.at(-1);
  if (last !== undefined && last.child.exitCode === null && last.child.signalCode === null) await last.stop();
  rmSync(directory, { recursive: true, force: true });
});

function drive(options: Partial<DriverOptions>, extra: { stdio?: ('ignore' | number)[]; via?: string[] } = {}): Driver {
  const whole: DriverOptions = { directory, projectId, cgroups: true, bookkeeping: true, services: [], ...options };
  const argv = [process.execPath, '--conditions=@tappet/source', '--no-warnings', driverFile, JSON.stringify(whole)];
  const [program = '', ...args] = [...(extra.via ?? []), ...argv];
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit', ...(extra.stdio ?? [])] });
  const events: DriverEvent[] = [];
  if (child.stdout === null) throw new Error('no pipe');
  createInterface({ input: child.stdout }).on('line', (line) => events.push(JSON.parse(line) as DriverEvent));
  const exited = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const driver: Driver = {
    pid: child.pid ?? 0,
    child,
    async next(event) {
      const isWanted = (one: DriverEvent): boolean => one.event === event;
      await until(`the event ${event}`, () => events.some(isWanted) || events.some((one) => one.event === 'error'));
      const index = events.findIndex(isWanted);
      if (index === -1) expect.fail(JSON.stringify(events));
      return events.splice(index, 1)[0] as Kind<typeof event>;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      child.stdin?.write('stop\n');
      await exited;
    },
  };
  drivers.push(driver);
  return driver;
}

/**
 * What was read from a pipe and is not yet written to the file dies with the supervisor: some 20 µs for each chunk, which no
 * program without splice(2) can avoid. So that the test tells about everything else, the kill comes while it sleeps.
 */
async function killAtRest(driver: Driver): Promise<void> {
  const state = (): string | undefined => readOr(`/proc/${driver.pid}/stat`).split(') ').at(-1)?.[0];
  for (let quiet = 0; quiet < 3; quiet = state() === 'S' ? quiet + 1 : 0) {
    if (quiet === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await driver.kill();
}

const modes = [
  { name: 'with cgroups', cgroups: true },
  { name: 'without cgroups', cgroups: false },
];

describe.each(modes)('after kill -9 of the supervisor, $name', ({ cgroups }) => {
  it('the next one takes the same process over and starts no second', async () => {
    const seconds = uniqueSeconds();
    const services = [{ name: 's', argv: ['/bin/sleep', seconds] }];
    const first = drive({ cgroups, services });
    const before = await first.next('up');
    await first.next('ready');
    await first.kill();
    expect(isLiving(before.pid)).toBe(true);
    const second = drive({ cgroups, services });
    expect(await second.next('up')).toMatchObject({ pid: before.pid, adopted: true });
    expect(living('/bin/sleep', seconds)).toBe(1);
    await second.stop();
    expect(living('/bin/sleep', seconds)).toBe(0);
  });

  it('the process is found even when no state was written', async () => {
    const seconds = uniqueSeconds();
    const services = [{ name: 's', argv: ['/bin/sleep', seconds] }];
    const first = drive({ cgroups, bookkeeping: false, services });
    const before = await first.next('up');
    await until('the program itself', () => living('/bin/sleep', seconds) === 1);
    await first.kill();
    rmSync(join(directory, 'launches'), { recursive: true });
    const second = drive({ cgroups, bookkeeping: false, services });
    expect(await second.next('up')).toMatchObject({ pid: before.pid, adopted: true });
  });

  it('no process is doubled whenever the kill comes', async () => {
    const seconds = uniqueSeconds();
    const services = Array.from({ length: 5 }, (_, index) => ({ name: `s${index}`, argv: ['/bin/sleep', seconds] }));
    for (let round = 0; round < 6; round++) {
      const driver = drive({ cgroups, services });
      if (round % 2 === 0) await driver.next('up');
      else await new Promise((resolve) => setTimeout(resolve, 60 + 20 * round));
      await driver.kill();
    }
    const last = drive({ cgroups, services });
    await last.next('ready');
    expect(livingWithMarker(`${projectId}/`)).toBe(5);
    expect(living('/bin/sleep', seconds)).toBe(5);
    await last.stop();
    expect(livingWithMarker(`${projectId}/`)).toBe(0);
  });

  it('the end of the adopted process is noticed at once, without a code', async () => {
    const services = [{ name: 's', argv: ['/bin/sleep', '1000'] }];
    const first = drive({ cgroups, services });
    const { pid } = await first.next('up');
    await first.next('ready');
    await first.kill();
    const second = drive({ cgroups, services });
    await second.next('ready');
    const killedAt = performance.timeOrigin + performance.now();
    process.kill(pid, 'SIGKILL');
    const exit = await second.next('exit');
    expect(exit).not.toHaveProperty('code');
    expect(exit).not.toHaveProperty('signal');
    // A hint from the kernel takes milliseconds; without it the next look may come three seconds later.
    expect(exit.ms - killedAt).toBeLessThan(1000);
  });

  it('the end is noticed although children of the process live on', async () => {
    const seconds = uniqueSeconds();
    const services = [{ name: 's', argv: [join(programs, 'forks-children.sh'), seconds] }];
    const first = drive({ cgroups, services });
    const { pid } = await first.next('up');
    await until('three children', () => living('sleep', seconds) === 3);
    await first.next('ready');
    await first.kill();
    const second = drive({ cgroups, services });
    await second.next('ready');
    process.kill(pid, 'SIGKILL');
    await second.next('exit');
    expect(living('sleep', seconds)).toBe(3);
    await second.stop();
    expect(living('sleep', seconds)).toBe(0);
  });

  it('a child that leads a session is not taken for the process, which died as well', async () => {
    const seconds = uniqueSeconds();
    const argv = ['/bin/sh', '-c', `setsid sleep ${seconds} & while :; do sleep 0.05; done`];
    const services = [{ name: 's', argv }];
    const first = drive({ cgroups, services });
    const { pid } = await first.next('up');
    await until('the child', () => living('sleep', seconds) === 1);
    await first.next('ready');
    await first.kill();
    process.kill(pid, 'SIGKILL');
    await until('the end of the process', () => !isLiving(pid));
    const second = drive({ cgroups, services });
    expect(await second.next('up')).toMatchObject({ adopted: false });
    await until('the child of the new one, and not of the old one', () => living('sleep', seconds) === 1);
  });

  it('a durable service still tells its exit code', async () => {
    const file = join(directory, 'go');
    const services = [
      { name: 's', durable: true, argv: ['/bin/sh', '-c', `until [ -e ${file} ]; do sleep 0.05; done; exit 9`] },
    ];
    const first = drive({ cgroups, services });
    await first.next('ready');
    await first.kill();
    const second = drive({ cgroups, services });
    expect(await second.next('up')).toMatchObject({ adopted: true });
    spawn('touch', [file]);
    expect(await second.next('exit')).toMatchObject({ code: 9 });
  });

  it('a service in the background is adopted, not its launcher', async () => {
    const pidFile = join(directory, 'daemon.pid');
    const services = [{ name: 's', pidFile, argv: [join(programs, 'daemonizes.sh'), pidFile] }];
    const first = drive({ cgroups, bookkeeping: false, services });
    const before = await first.next('up');
    await first.kill();
    const second = drive({ cgroups, bookkeeping: false, services });
    expect(await second.next('up')).toMatchObject({ pid: before.pid, adopted: true });
  });

  it('no line of a busy service is lost, though the kill comes three times', async () => {
    const log = join(directory, 'log');
    const argv = [process.execPath, join(programs, 'counts-lines.mjs'), '2000'];
    const services = [{ name: 's', log, argv }];
    const pids = new Set<number>();
    for (let round = 0; round < 3; round++) {
      const driver = drive({ cgroups, services });
      pids.add((await driver.next('up')).pid);
      await driver.next('ready');
      const lines = (): number => readOr(log).split('\n').length;
      const begin = lines();
      await until('some lines', () => lines() > begin + 200);
      await killAtRest(driver);
    }
    const last = drive({ cgroups, services });
    const { pid } = await last.next('up');
    pids.add(pid);
    process.kill(pid, 'SIGTERM');
    await last.next('exit');
    await until('the last line', () => readOr(log).includes('end '));
    const lines = readOr(log).trim().split('\n');
    const count = Number(lines.pop()?.slice('end '.length));
    expect(count).toBeGreaterThan(600);
    expect(lines).toEqual(Array.from({ length: count }, (_, index) => `line ${index}`));
    expect(pids.size).toBe(1);
  });
});

describe('a daemon', () => {
  it('closes what it inherited, so that its services do not', async () => {
    const log = join(directory, 'log');
    const services = [{ name: 's', log, argv: ['/bin/sh', '-c', 'ls /proc/$$/fd; echo end'] }];
    const driver = drive({ services }, { stdio: [...Array.from({ length: 37 }, () => 'ignore' as const), 1] });
    expect((await driver.next('ready')).closed).toEqual(expect.arrayContaining([40]));
    await until('the list', () => readOr(log).includes('end\n'));
    expect(readOr(log)).toBe('0\n1\n2\nend\n');
  });

  it('refuses to start beside another one, at once and with its process id', async () => {
    const first = drive({});
    await first.next('ready');
    const second = drive({});
    const { code, message } = await second.next('error');
    expect(code).toBe('ERR_STORE_LOCKED');
    expect(message).toContain(`process id ${first.pid}`);
    drivers.pop();
  });

  it('runs 60 services with 64 descriptors', async () => {
    const seconds = uniqueSeconds();
    const names = Array.from({ length: 60 }, (_, index) => `s${index}`);
    const services = names.map((name) => ({
      name,
      log: join(directory, `${name}.log`),
      argv: ['/bin/sh', '-c', `echo up; exec sleep ${seconds}`],
    }));
    const driver = drive({ services }, { via: ['/bin/sh', '-c', 'ulimit -n 64; exec "$@"', 'sh'] });
    expect((await driver.next('ready')).notes.join()).toContain('read in turns');
    await until('all services', () => living('sleep', seconds) === 60);
    await until('all logs', () => names.every((name) => readOr(join(directory, `${name}.log`)) === 'up\n'));
    await driver.stop();
    expect(living('sleep', seconds)).toBe(0);
  });
});

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
