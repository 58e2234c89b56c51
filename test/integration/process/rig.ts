import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createProcessLayer,
  fileSink,
  type Logger,
  type ProcessLayer,
  type ProcessLayerOptions,
  type RunningProcess,
  type SpawnRequest,
  systemClock,
} from '@tappet/core';
import { expect } from 'vitest';

type Spec = SpawnRequest['spec'];

export interface Start extends Partial<Omit<SpawnRequest, 'spec'>> {
  readonly spec?: Partial<Spec>;
}

/** A process layer in a directory of its own, with what a test needs around it. */
export interface Rig {
  readonly directory: string;
  readonly layer: ProcessLayer;
  readonly warnings: readonly string[];
  /** Starts a program of test/fixtures/programs as service `s`. */
  start(program: string, args?: readonly string[], options?: Start): Promise<RunningProcess>;
  request(program: string, args?: readonly string[], options?: Start): SpawnRequest;
  /** The output so far as text. */
  output(service?: string): string;
  /** Sends the output of a service into a file and returns its path. */
  logTo(service: string): Promise<string>;
  close(): Promise<void>;
}

const programs = fileURLToPath(new URL('../../fixtures/programs/', import.meta.url));
let rigs = 0;

export async function openRig(
  options: Partial<ProcessLayerOptions> & { directory?: string; keep?: boolean } = {},
): Promise<Rig> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'tappet-test-'));
  const warnings: string[] = [];
  const layer = await createProcessLayer({
    projectId: `test-${process.pid}-${++rigs}`,
    log: loggerInto(warnings),
    clock: systemClock,
    ...options,
    directory,
  });
  const services = new Set<string>();
  let generations = 0;

  function request(program: string, args: readonly string[] = [], start: Start = {}): SpawnRequest {
    const path = program.includes('/') ? program : join(programs, program);
    const isScript = path.endsWith('.mjs');
    const service = start.service ?? 's';
    return {
      service,
      generation: `g${++generations}`,
      notifyFd: undefined,
      durable: false,
      forkingPidFile: undefined,
      ...start,
      spec: {
        command: isScript ? process.execPath : path,
        args: isScript ? [path, ...args] : args,
        env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
        cwd: '/',
        user: undefined,
        group: undefined,
        umask: 0o22,
        output: 'merged',
        ...start.spec,
      },
    };
  }

  return {
    directory,
    layer,
    warnings,
    request,
    async start(program, args, start) {
      const running = await layer.spawn(request(program, args, start));
      services.add(start?.service ?? 's');
      return running;
    },
    output: (service = 's') => Buffer.from(layer.channel(service).tail()).toString('latin1'),
    async logTo(service) {
      const path = join(directory, `${service}.log`);
      const options = { path, log: loggerInto(warnings), clock: systemClock };
      await layer.channel(service).setSinks((_stream, resume) => fileSink({ ...options, resume }));
      return path;
    },
    async close() {
      for (const service of services) await layer.sweepService(service, 5000);
      await layer.close();
      if (options.keep !== true) rmSync(directory, { recursive: true, force: true });
    },
  };
}

export function loggerInto(lines: string[]): Logger {
  const write = (first: object | string, second?: string): void =>
    void lines.push(second ?? (typeof first === 'string' ? first : ''));
  const logger: Logger = { debug() {}, info() {}, warn: write, error: write, child: () => logger };
  return logger;
}

/** Waits until something holds. The bound is for a broken build, not for a slow machine. */
export async function until(what: string, holds: () => boolean, timeoutMs = 20_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > deadline) expect.fail(`waited ${timeoutMs} ms in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Descriptors above 2 that this test process itself inherited, and so hands on. */
export function inheritedDescriptors(): string[] {
  return readdirSync('/proc/self/fd').filter((fd) => {
    const flags = /^flags:\s*([0-7]+)/m.exec(readOr(`/proc/self/fdinfo/${fd}`))?.[1];
    return Number(fd) > 2 && flags !== undefined && (parseInt(flags, 8) & 0o2000000) === 0;
  });
}

/** A number of seconds that no other `sleep` on this machine has. */
export function uniqueSeconds(): string {
  return String(100_000 + process.pid * 10_000 + Math.floor(Math.random() * 10_000));
}

/** How many processes of this command line live. */
export function living(...argv: string[]): number {
  return pidsOf(...argv).length;
}

export function pidsOf(...argv: string[]): number[] {
  const wanted = `${argv.join('\0')}\0`;
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && isLiving(pid) && readOr(`/proc/${pid}/cmdline`) === wanted);
}

/** Processes that have this text in their command line. */
export function pidsNaming(text: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && isLiving(pid) && readOr(`/proc/${pid}/cmdline`).includes(text));
}

/** True unless the process is gone or only waits to be collected. */
export function isLiving(pid: number): boolean {
  const state = readOr(`/proc/${pid}/stat`).split(') ').at(-1)?.[0];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** How many processes live whose environment has this marker at its beginning. */
export function livingWithMarker(prefix: string): number {
  return readdirSync('/proc').filter((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || !isLiving(pid)) return false;
    return `\0${readOr(`/proc/${pid}/environ`)}`.includes(`\0TAPPET_SERVICE_ID=${prefix}`);
  }).length;
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

/** Whether this machine lets us make cgroups; the tests that need them are skipped aloud elsewhere. */
export async function hasCgroups(): Promise<boolean> {
  const rig = await openRig();
  await rig.close();
  return !rig.layer.notes().some((note) => note.includes('cgroup'));
}

/** Resolves when the channel has read this text. */
export async function untilOutput(rig: Rig, text: string, service = 's'): Promise<void> {
  await until(`"${text}" in the output of ${service}`, () => rig.output(service).includes(text));
}
