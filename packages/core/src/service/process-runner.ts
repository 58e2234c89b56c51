import { SpawnError, TappetError } from '../errors/base.ts';
import type { OutputStream, OutputSink, SpawnSpec } from '../hooks/events.ts';
import type { ServiceSpec } from '../plan/plan.ts';
import type { LastKnown, OutputChannel, ProcessLayer, RunningProcess, SpawnRequest } from '../process/contract.ts';
import { writePidFile } from '../process/pid-file-writer.ts';
import type { ExitInfo } from './exit.ts';
import { ProcessRun, type ProcessRunContext } from './process-run.ts';
import type { Run, Runner, StartContext } from './runner.ts';

/** What a runner of processes needs. */
export interface ProcessRunnerContext extends ProcessRunContext {
  readonly layer: ProcessLayer;
  /** The spec in force; a reload may replace it between two starts. */
  readonly spec: () => ServiceSpec;
  /** The environment of one start, complete. */
  readonly environment: (spec: ServiceSpec) => Readonly<Record<string, string>>;
  readonly postScriptTimeoutMs: () => number;
  /** Sink for bytes that no plugin takes. */
  readonly fallbackSink: (stream: OutputStream, resume: () => void) => OutputSink | undefined;
  readonly note: (level: 'info' | 'warn' | 'error', message: string) => void;
  readonly notified: (line: string) => void;
  /** A pos_script is about to run. */
  readonly finishing: () => void;
}

/** Brings a service to life as an operating system process. */
export class ProcessRunner implements Runner {
  readonly #context: ProcessRunnerContext;
  #sinksOpen = false;
  #lastSpec: SpawnSpec | undefined;

  constructor(context: ProcessRunnerContext) {
    this.#context = context;
  }

  async prepare({ cause, signal }: StartContext): Promise<void> {
    const { lifecycle, note } = this.#context;
    const spec = this.#context.spec();
    await lifecycle.beforeStart({ service: this.#context.view(), cause, signal }).catch(veto);
    if (signal.aborted || spec.preScript === undefined) return;
    note('info', `Running pre-script for ${spec.name}`);
    this.openSinks();
    const result = await this.#context.layer.runScript({
      service: spec.name,
      spec: scriptSpec(this.#baseSpec(spec)),
      label: 'pre',
      script: spec.preScript,
      timeoutMs: spec.startTimeoutMs,
      signal,
    });
    if (result.aborted || (result.code === 0 && !result.timedOut)) return;
    throw new TappetError(`cannot start ${spec.name}: its pre_script ${describeScript(result, spec.startTimeoutMs)}`, {
      code: 'ERR_SCRIPT_FAILED',
      hint: `its output is in "tappet logs ${spec.name}"`,
    });
  }

  async start({ generation }: StartContext): Promise<Run> {
    const { layer, lifecycle, note } = this.#context;
    const spec = this.#context.spec();
    const base = this.#baseSpec(spec);
    const spawnSpec = await lifecycle.spawnSpec(base, { service: this.#context.view() });
    this.#lastSpec = spawnSpec;
    this.openSinks();
    note('info', `Starting service: ${spec.name}`);
    const running = await layer.spawn(this.#request(spec, spawnSpec, generation));
    this.#publishPid(spec, running.identity.pid);
    return this.#asRun(running);
  }

  /** Takes over a process of an earlier supervisor; undefined when it does not live any more. */
  async adopt(generation: string, last: LastKnown | undefined): Promise<Run | undefined> {
    const spec = this.#context.spec();
    const base = this.#baseSpec(spec);
    this.#lastSpec = base;
    this.openSinks();
    const running = await this.#context.layer.adopt(this.#request(spec, base, generation), last);
    return running === undefined ? undefined : this.#asRun(running);
  }

  async finish(exit: ExitInfo): Promise<void> {
    const { layer, note } = this.#context;
    const spec = this.#context.spec();
    if (spec.posScript === undefined) return;
    this.#context.finishing();
    const base = this.#lastSpec ?? this.#baseSpec(spec);
    const timeoutMs = this.#context.postScriptTimeoutMs();
    const result = await layer.runScript({
      service: spec.name,
      spec: scriptSpec({ ...base, env: { ...base.env, ...exitEnvironment(exit) } }),
      label: 'pos',
      script: spec.posScript,
      timeoutMs,
      signal: new AbortController().signal,
    });
    if (result.code !== 0 || result.timedOut) {
      note('warn', `the pos_script of ${spec.name} ${describeScript(result, timeoutMs)}`);
    }
  }

  /** Asks the plugins again who takes the output: at the first start, and when a new generation of plugins is in force. */
  openSinks(options: { again: boolean } = { again: false }): void {
    if (this.#sinksOpen && !options.again) return;
    this.#sinksOpen = true;
    const { lifecycle, fallbackSink, view } = this.#context;
    void this.#channel().setSinks(
      (stream, resume) => lifecycle.onOutput({ service: view(), stream, resume }) ?? fallbackSink(stream, resume),
    );
  }

  /** `pid_file` of a simple service, for others to read. A folder that cannot be written is no reason not to run. */
  #publishPid({ name, type, pidFile }: ServiceSpec, pid: number): void {
    if (type === 'forking' || pidFile === undefined) return;
    try {
      writePidFile(pidFile, pid);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#context.note('warn', `cannot write the pid_file of ${name}: ${reason}`);
    }
  }

  #channel(): OutputChannel {
    return this.#context.layer.channel(this.#context.spec().name);
  }

  #baseSpec(spec: ServiceSpec): SpawnSpec {
    return {
      command: spec.command,
      args: spec.args,
      env: this.#context.environment(spec),
      cwd: spec.cwd,
      user: spec.user,
      group: spec.group,
      umask: spec.umask,
      output: 'merged',
    };
  }

  #request(spec: ServiceSpec, spawnSpec: SpawnSpec, generation: string): SpawnRequest {
    return {
      service: spec.name,
      spec: spawnSpec,
      generation,
      notifyFd: spec.notifyFd,
      durable: spec.durable,
      forkingPidFile: spec.type === 'forking' ? spec.pidFile : undefined,
    };
  }

  #asRun(running: RunningProcess): Run {
    const { lifecycle, view } = this.#context;
    running.onNotifyLine = (line) => this.#context.notified(line);
    const { pid, startTime } = running.identity;
    queueMicrotask(() => lifecycle.onSpawn({ service: view(), pid, startTime, adopted: running.adopted }));
    const about = { spec: this.#context.spec(), channel: this.#channel(), context: this.#context };
    return new ProcessRun(running, about);
  }
}

function veto(error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  throw new SpawnError(reason, { code: 'ERR_START_VETOED', cause: error });
}

/** Scripts prepare and clean up with the supervisor's own rights; `user` is about the service. */
function scriptSpec(spec: SpawnSpec): SpawnSpec {
  return { ...spec, user: undefined, group: undefined };
}

function describeScript(
  result: { code: number | undefined; signal: string | undefined; timedOut: boolean; error?: string },
  timeoutMs: number,
): string {
  if (result.error !== undefined) return `could not be run: ${result.error}`;
  if (result.timedOut) return `did not end within ${timeoutMs / 1000}s`;
  return result.signal === undefined ? `exited with code ${result.code}` : `was killed by ${result.signal}`;
}

/** What a pos_script may want to know. */
function exitEnvironment(exit: ExitInfo): Record<string, string> {
  return {
    TAPPET_EXIT_CODE: exit.code === undefined ? '' : String(exit.code),
    TAPPET_EXIT_SIGNAL: exit.signal ?? '',
    TAPPET_EXIT_OUTCOME: exit.outcome,
  };
}
