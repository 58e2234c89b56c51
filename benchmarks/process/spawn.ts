/**
 * A bare loop of child_process.spawn against the process layer: start of 100 and 500 services (last one at its first
 * instruction), restart after SIGKILL, bytes per second from one service into a file.
 *
 *   npx node --conditions=@tappet/source benchmarks/process/spawn.ts [rounds]
 */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProcessLayer, fileSink, type ProcessLayer, silentLogger, systemClock } from '@tappet/core';

const rounds = Number(process.argv[2] ?? 3);
const shell = ['-c', ': >"$0"; exec sleep 1000'] as const;
const environment = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };

interface Contender {
  readonly name: string;
  /** Starts a service that makes the file `mark` as its first deed. */
  start(service: string, mark: string): Promise<{ pid: number; exited: Promise<unknown>; clear(): Promise<unknown> }>;
  prepare(services: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

async function bare(folder: string): Promise<Contender> {
  const log = openSync(join(folder, 'bare.log'), 'a');
  return {
    name: 'bare spawn loop',
    async prepare() {},
    async start(_service, mark) {
      const child = spawn('/bin/sh', [...shell, mark], { stdio: ['ignore', 'pipe', 'pipe'], env: environment });
      child.stdout.on('data', (chunk: Buffer) => writeSync(log, chunk));
      child.stderr.on('data', (chunk: Buffer) => writeSync(log, chunk));
      const exited = new Promise((resolve) => child.once('exit', resolve));
      return { pid: child.pid ?? 0, exited, clear: async () => undefined };
    },
    async close() {
      closeSync(log);
    },
  };
}

async function layered(folder: string, options: { cgroups: boolean }): Promise<Contender> {
  const layer: ProcessLayer = await createProcessLayer({
    directory: folder,
    projectId: `bench-${process.pid}-${options.cgroups ? 'c' : 'n'}`,
    log: silentLogger,
    clock: systemClock,
    cgroups: options.cgroups,
  });
  let generation = 0;
  const services = new Set<string>();
  return {
    name: options.cgroups ? 'layer, cgroups' : 'layer, no cgroups',
    async prepare(names) {
      await layer.prepare(names.map((name) => ({ name, output: 'merged' as const, user: undefined })));
      for (const name of names) services.add(name);
    },
    async start(service, mark) {
      const running = await layer.spawn({
        service,
        spec: {
          command: '/bin/sh',
          args: [...shell, mark],
          env: environment,
          cwd: '/',
          user: undefined,
          group: undefined,
          umask: 0o22,
          output: 'merged',
        },
        generation: `g${++generation}`,
        notifyFd: undefined,
        durable: false,
        forkingPidFile: undefined,
      });
      return { pid: running.identity.pid, exited: running.exited, clear: () => running.sweep(5000) };
    },
    async close() {
      await Promise.all([...services].map((name) => layer.sweepService(name, 5000)));
      await layer.close();
    },
  };
}

const contenders: readonly ((folder: string) => Promise<Contender>)[] = [
  bare,
  (folder) => layered(folder, { cgroups: true }),
  (folder) => layered(folder, { cgroups: false }),
];

async function timeStart(open: (typeof contenders)[number], count: number): Promise<{ name: string; ms: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'tappet-bench-'));
  const marks = mkdtempSync(join(tmpdir(), 'tappet-marks-'));
  const contender = await open(folder);
  const names = Array.from({ length: count }, (_, index) => `s${index}`);
  const begin = performance.now();
  await contender.prepare(names);
  const started = await Promise.all(names.map((name) => contender.start(name, join(marks, name))));
  while (readdirSync(marks).length < count) await new Promise((resolve) => setImmediate(resolve));
  const ms = performance.now() - begin;
  for (const { pid } of started) process.kill(pid, 'SIGKILL');
  await Promise.all(started.map(({ exited }) => exited));
  await contender.close();
  for (const path of [folder, marks]) rmSync(path, { recursive: true });
  return { name: contender.name, ms };
}

/** All contenders take turns, so that whatever else the machine does meets them alike. */
async function timeRestarts(times: number): Promise<Map<string, number[]>> {
  const folders = contenders.map(() => mkdtempSync(join(tmpdir(), 'tappet-bench-')));
  const rivals = await Promise.all(contenders.map((open, index) => open(folders[index] ?? '')));
  const results = new Map<string, number[]>(rivals.map(({ name }) => [name, []]));
  const services = await Promise.all(
    rivals.map(async (rival, index) => {
      await rival.prepare(['s']);
      return rival.start('s', join(folders[index] ?? '', 'mark'));
    }),
  );
  for (let round = 0; round < times; round++) {
    for (const [index, rival] of rivals.entries()) {
      const current = services[index];
      if (current === undefined) continue;
      const mark = join(folders[index] ?? '', `mark${round}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
      const begin = performance.now();
      process.kill(current.pid, 'SIGKILL');
      await current.exited;
      await current.clear();
      services[index] = await rival.start('s', mark);
      while (statSync(mark, { throwIfNoEntry: false }) === undefined) await new Promise((next) => setImmediate(next));
      results.get(rival.name)?.push(performance.now() - begin);
    }
  }
  for (const [index, rival] of rivals.entries()) {
    const current = services[index];
    if (current !== undefined) process.kill(current.pid, 'SIGKILL');
    await current?.exited;
    await rival.close();
  }
  for (const folder of folders) rmSync(folder, { recursive: true });
  return results;
}

const BYTES = 1_000_000_000;

async function timeBareFlood(): Promise<{ name: string; mbPerS: number; cpu: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'tappet-bench-'));
  const path = join(folder, 'pipe');
  spawnSync('mkfifo', [path]);
  const fd = openSync(path, 'r+');
  const log = openSync(join(folder, 'log'), 'a');
  const buffer = new Uint8Array(65_536);
  const begin = performance.now();
  const cpu = process.cpuUsage();
  await new Promise<void>((resolve) => {
    const callback = (length: number): boolean => {
      writeSync(log, buffer, 0, length);
      return true;
    };
    const socket = new Socket({
      fd: openSync(path, 'r'),
      readable: true,
      writable: false,
      onread: { buffer, callback },
    });
    socket.on('end', resolve);
    spawn('head', ['-c', String(BYTES), '/dev/zero'], { stdio: ['ignore', fd, fd] });
    closeSync(fd);
  });
  return finishFlood({ name: 'bare pipe to file', begin, cpu, folder, log });
}

async function timeFlood(): Promise<{ name: string; mbPerS: number; cpu: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'tappet-bench-'));
  const layer = await createProcessLayer({
    directory: folder,
    projectId: 'flood',
    log: silentLogger,
    clock: systemClock,
  });
  const channel = layer.channel('s');
  const path = join(folder, 'log');
  await channel.setSinks((_stream, resume) => fileSink({ path, resume, log: silentLogger, clock: systemClock }));
  await layer.prepare([{ name: 's', output: 'merged', user: undefined }]);
  const begin = performance.now();
  const cpu = process.cpuUsage();
  const spec = { command: 'head', args: ['-c', String(BYTES), '/dev/zero'], env: environment, cwd: '/', umask: 0o22 };
  const running = await layer.spawn({
    service: 's',
    spec: { ...spec, user: undefined, group: undefined, output: 'merged' },
    generation: 'g',
    notifyFd: undefined,
    durable: false,
    forkingPidFile: undefined,
  });
  await running.exited;
  await channel.drain(10_000);
  const result = finishFlood({ name: 'layer to fileSink', begin, cpu, folder: undefined, log: undefined });
  if (statSync(path).size !== BYTES) throw new Error(`${statSync(path).size} bytes instead of ${BYTES}`);
  await layer.sweepService('s', 1000);
  await layer.close();
  rmSync(folder, { recursive: true });
  return result;
}

function finishFlood(about: {
  name: string;
  begin: number;
  cpu: NodeJS.CpuUsage;
  folder: string | undefined;
  log: number | undefined;
}): { name: string; mbPerS: number; cpu: number } {
  const seconds = (performance.now() - about.begin) / 1000;
  const { user, system } = process.cpuUsage(about.cpu);
  if (about.log !== undefined) closeSync(about.log);
  if (about.folder !== undefined) rmSync(about.folder, { recursive: true });
  return { name: about.name, mbPerS: BYTES / 1e6 / seconds, cpu: ((user + system) / 1e6) * (1e9 / BYTES) };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

for (const count of [100, 500]) {
  const results = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const open of contenders) {
      const { name, ms } = await timeStart(open, count);
      results.set(name, [...(results.get(name) ?? []), ms]);
    }
  }
  for (const [name, ms] of results) console.log(`start ${count}: ${name}: ${median(ms).toFixed(0)} ms`);
}
for (const [name, ms] of await timeRestarts(100)) {
  console.log(
    `restart: ${name}: p50 ${median(ms).toFixed(2)} ms, p99 ${(ms.toSorted((a, b) => a - b)[98] ?? Number.NaN).toFixed(2)} ms`,
  );
}
for (let round = 0; round < rounds; round++) {
  for (const { name, mbPerS, cpu } of [await timeBareFlood(), await timeFlood()]) {
    console.log(`flood: ${name}: ${mbPerS.toFixed(0)} MB/s, ${cpu.toFixed(2)} CPU s/GB`);
  }
}
