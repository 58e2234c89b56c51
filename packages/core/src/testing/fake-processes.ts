import type { Clock } from '../clock.ts';
import { SpawnError } from '../errors/base.ts';
import type { OutputStream } from '../hooks/events.ts';
import type { ProcessLayer, ScriptRequest, SpawnRequest } from '../process/contract.ts';
import { type FakeChannel, fakeChannel } from './fake-channel.ts';
import { FakeProcess } from './fake-process.ts';
import type { FakeProgram } from './fake-program.ts';
import { type FakeScript, playScript, scriptEnd } from './fake-script.ts';

/** Behaviour of a service's program: always the same, one per start (the last one repeats), or computed. `start` counts from 1. */
export type FakeProgramSource =
  FakeProgram | readonly FakeProgram[] | ((request: SpawnRequest, start: number) => FakeProgram);

/** Behaviour of scripts of a service, by request when they differ. */
export type FakeScriptSource = FakeScript | ((request: ScriptRequest) => FakeScript);

export interface FakeProcessesOptions {
  readonly clock: Clock;
  /** By service name. A service that is not listed runs until a signal ends it. */
  readonly programs?: Readonly<Record<string, FakeProgramSource>>;
  /** By service name. Scripts of others succeed at once. */
  readonly scripts?: Readonly<Record<string, FakeScriptSource>>;
}

/** One thing that the supervisor did to a service or that a process did, in order. */
export interface FakeAction {
  readonly atMs: number;
  readonly service: string;
  readonly what: 'spawn' | 'adopt' | 'signal' | 'sweep' | 'exit' | 'script';
  /** The command line, signal, exit code or signal, number of processes swept, or `label: how it ended`. */
  readonly detail: string;
}

/** A process layer without processes: what a supervisor does to it is recorded, what programs do is scripted. */
export interface FakeProcesses extends ProcessLayer {
  /** Everything so far, oldest first. */
  readonly actions: readonly FakeAction[];
  /** The actions of a service as short lines such as `1200 signal SIGTERM`. */
  actionsOf(service: string): readonly string[];
  /** What was asked of each start so far. */
  requestsOf(service: string): readonly SpawnRequest[];
  /** Pid of the running process, undefined when none runs. */
  pidOf(service: string): number | undefined;
  /** Changes the behaviour of later starts. */
  setProgram(service: string, program: FakeProgramSource): void;
  /** Ends the running process. Throws when none runs. */
  exit(service: string, how?: { readonly code?: number; readonly signal?: NodeJS.Signals }): void;
  /** The running process writes this. */
  print(service: string, text: string, stream?: 'stdout' | 'stderr'): void;
  /** The running process writes this line on its notify descriptor. */
  notify(service: string, line?: string): void;
  /** What a service has written, as text. */
  outputOf(service: string): string;
  /** The supervisor dies without a word: its handles go dead, the processes live on and can be adopted. Channels lose their sinks. */
  crash(): Promise<void>;
  /** True after `close`. */
  readonly isClosed: boolean;
}

const FIRST_PID = 1001;

/** A fake process layer on the given clock. */
export function fakeProcesses({ clock, programs = {}, scripts = {} }: FakeProcessesOptions): FakeProcesses {
  const sources = new Map<string, FakeProgramSource>(Object.entries(programs));
  const channels = new Map<string, FakeChannel>();
  const requests = new Map<string, SpawnRequest[]>();
  /** Alive, or dead with something left behind. */
  const processes = new Map<string, Set<FakeProcess>>();
  const actions: FakeAction[] = [];
  let nextPid = FIRST_PID;
  let releases: (() => void)[] = [];
  let isClosed = false;

  function record(service: string, what: FakeAction['what'], detail: string): void {
    actions.push({ atMs: clock.nowMs(), service, what, detail });
  }

  function channel(service: string): FakeChannel {
    const known = channels.get(service) ?? fakeChannel(service);
    channels.set(service, known);
    return known;
  }

  function requestsOf(service: string): SpawnRequest[] {
    const known = requests.get(service) ?? [];
    requests.set(service, known);
    return known;
  }

  function processesOf(service: string): Set<FakeProcess> {
    const known = processes.get(service) ?? new Set();
    processes.set(service, known);
    for (const process of known) if (!process.isAlive && process.leftBehind === 0) known.delete(process);
    return known;
  }

  function alive(service: string): FakeProcess | undefined {
    return [...processesOf(service)].findLast((process) => process.isAlive);
  }

  function mustRun(service: string): FakeProcess {
    const process = alive(service);
    if (process === undefined) throw new Error(`cannot drive the fake process of "${service}": none runs`);
    return process;
  }

  function print(service: string, text: string, stream: 'stdout' | 'stderr' = 'stdout'): void {
    channel(service).write(new TextEncoder().encode(text), stream);
  }

  function programOf(request: SpawnRequest): FakeProgram {
    const source = sources.get(request.service) ?? {};
    const start = requestsOf(request.service).push(request);
    if (typeof source === 'function') return source(request, start);
    return isList(source) ? (source[Math.min(start, source.length) - 1] ?? {}) : source;
  }

  async function sweepAll(service: string): Promise<number> {
    let killed = 0;
    for (const process of processesOf(service)) killed += await process.sweep();
    return killed;
  }

  return {
    actions,
    actionsOf: (service) =>
      actions
        .filter((action) => action.service === service)
        .map(({ atMs, what, detail }) => `${atMs} ${what} ${detail}`),
    requestsOf,
    pidOf: (service) => alive(service)?.identity.pid,
    setProgram(service, program) {
      sources.set(service, program);
    },
    exit(service, { code, signal } = {}) {
      mustRun(service).end({ code: signal === undefined ? (code ?? 0) : undefined, signal });
    },
    print(service, text, stream) {
      mustRun(service);
      print(service, text, stream);
    },
    notify(service, line = '') {
      mustRun(service).notify(line);
    },
    outputOf: (service) => channel(service).text(),
    async crash() {
      for (const release of releases.splice(0)) release();
      for (const each of channels.values()) await each.setSinks((_stream: OutputStream) => undefined);
    },
    get isClosed() {
      return isClosed;
    },

    async prepare(services) {
      for (const { name, output } of services) channel(name).layout = output;
    },
    channel,
    async spawn(request) {
      const { service, spec } = request;
      const program = programOf(request);
      await sweepAll(service);
      if (program.spawnMs !== undefined) await delay(clock, program.spawnMs);
      if (program.spawnError !== undefined) {
        record(service, 'spawn', `error: ${program.spawnError}`);
        throw new SpawnError(program.spawnError);
      }
      record(service, 'spawn', [spec.command, ...spec.args].join(' '));
      channel(service).layout = spec.output;
      const process = new FakeProcess({
        clock,
        request,
        program,
        identity: { pid: nextPid, startTime: nextPid * 10, bootId: 'fake-boot' },
        print: (text, stream) => print(service, text, stream),
        record: (what, detail) => record(service, what, detail),
      });
      nextPid++;
      processesOf(service).add(process);
      const running = process.attach(false);
      releases.push(() => running.release());
      return running;
    },
    async adopt(request, last) {
      const process = alive(request.service);
      if (process === undefined || (last !== undefined && process.identity.pid !== last.process?.pid)) return undefined;
      record(request.service, 'adopt', String(process.identity.pid));
      const running = process.attach(true);
      releases.push(() => running.release());
      return running;
    },
    async runScript(request) {
      const source = scripts[request.service] ?? {};
      const script = typeof source === 'function' ? source(request) : source;
      if (script.prints !== undefined) print(request.service, script.prints);
      const result = await playScript(clock, request, script);
      record(request.service, 'script', `${request.label}: ${scriptEnd(result)}`);
      return result;
    },
    sweepService: (service) => sweepAll(service),
    notes: () => [],
    async close() {
      isClosed = true;
      releases = [];
      for (const each of channels.values()) await each.close({ remove: false });
    },
  };
}

function isList(source: FakeProgramSource): source is readonly FakeProgram[] {
  return Array.isArray(source);
}

function delay(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(delayMs, resolve);
  });
}
