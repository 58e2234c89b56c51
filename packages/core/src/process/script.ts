import { chownSync, closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Timer } from '../clock.ts';
import type { Batches } from './batches.ts';
import type { ServiceCgroup } from './cgroup.ts';
import type { ScriptRequest, ScriptResult } from './contract.ts';
import { bootId, readStat, ticksNow } from './identity.ts';
import { type IdentitySwitch, identitySwitch } from './identity-switch.ts';
import { interpreterOf, interpreterOfFile } from './interpreter.ts';
import { MARKER_VARIABLE } from './process-table.ts';
import type { LayerParts } from './start.ts';
import { checkFolder } from './start-check.ts';
import { splitEnvironment, wrapperArgv } from './wrapper.ts';

/** Runs scripts around a service: own group and cgroup, output into the service's pipe, a deadline. */
export interface ScriptRunner {
  run(request: ScriptRequest): Promise<ScriptResult>;
}

type Parts = LayerParts & { readonly batches: Batches };

const SWEEP_TIMEOUT_MS = 2000;

export function createScriptRunner(parts: Parts): ScriptRunner {
  let runs = 0;
  return {
    async run(request) {
      const startedMs = parts.clock.nowMs();
      // A `:` cannot be part of the generation of a service.
      const generation = `${request.label}:${process.pid}.${++runs}`;
      const durationMs = (): number => parts.clock.nowMs() - startedMs;
      if (request.signal.aborted) return { ...NOTHING, aborted: true, durationMs: 0 };
      try {
        const { service, spec } = request;
        await parts.channels.ready(service, spec, false);
        await parts.batches.turn();
        return { ...(await runOnce({ request, generation }, parts)), durationMs: durationMs() };
      } catch (error) {
        return { ...NOTHING, error: error instanceof Error ? error.message : String(error), durationMs: durationMs() };
      }
    },
  };
}

const NOTHING = { code: undefined, signal: undefined, timedOut: false, aborted: false } as const;

type Outcome = Omit<ScriptResult, 'durationMs'>;

async function runOnce(
  { request, generation }: { request: ScriptRequest; generation: string },
  parts: Parts,
): Promise<Outcome> {
  const { service, spec, timeoutMs, signal } = request;
  const { processes, channels, clock } = parts;
  checkFolder({ service, cwd: spec.cwd });
  const identity = identitySwitch({ service, user: spec.user, group: spec.group, useSetpriv: parts.useSetpriv });
  const script = prepareScript({ request, generation, identity }, parts);
  const cgroup = processes.scriptCgroup(service, generation);
  const output = channels.of(service).openForChild();
  let timer: Timer | undefined;
  let stop = (): void => {};
  try {
    const { execa } = await import('execa');
    const [file = '', ...args] = argvFor({ request, generation, identity, script, cgroup }, parts);
    const env = environmentFor({ request, generation, identity }, parts).env;
    const subprocess = execa(file, args, {
      buffer: false,
      reject: false,
      cleanup: false,
      detached: true,
      extendEnv: false,
      cwd: spec.cwd,
      env,
      ...identity?.spawnIds,
      stdio: ['ignore', inherited(output.stdout), inherited(output.stderr), inherited(script.fd)],
    });
    let isRunning = true;
    output.close();
    const pid = subprocess.pid;
    const leader = {
      pid: pid ?? 0,
      startTime: pid === undefined ? 0 : (readStat(pid)?.startTime ?? 0),
      bootId: bootId(),
    };
    let end: 'timedOut' | 'aborted' | undefined;
    const killGroup = (why: 'timedOut' | 'aborted'): void => {
      end ??= why;
      if (isRunning && pid !== undefined) killQuietly(-pid);
      cgroup?.kill();
    };
    stop = () => killGroup('aborted');
    signal.addEventListener('abort', stop, { once: true });
    if (timeoutMs > 0) timer = clock.setTimer(timeoutMs, () => killGroup('timedOut'));
    const result = await subprocess;
    isRunning = false;
    const session = { leader, leaderEndedAtTicks: ticksNow() };
    // What a script leaves behind would otherwise run beside the service, or outlive it.
    if (pid !== undefined)
      await processes.sweepScript({ service, generation, session, cgroup, timeoutMs: SWEEP_TIMEOUT_MS });
    return outcomeOf({ result, end });
  } finally {
    timer?.cancel();
    signal.removeEventListener('abort', stop);
    output.close();
    script.dispose();
    cgroup?.remove();
  }
}

interface PreparedScript {
  readonly argv: readonly string[];
  /** Open for the script's interpreter as descriptor 3. */
  readonly fd: number | undefined;
  dispose(): void;
}

/**
 * Never executes the file itself: the runtime directory may be mounted noexec. Another user cannot reach a file in our 0700
 * directory, so it gets it as an open descriptor; opening that again asks for the permissions of the file alone.
 */
function prepareScript(
  about: { request: ScriptRequest; generation: string; identity: IdentitySwitch | undefined },
  { workspace }: Parts,
): PreparedScript {
  const { request, generation, identity } = about;
  if (request.script.kind === 'file') {
    const path = resolve(request.spec.cwd, request.script.path);
    return { argv: commandLine(interpreterOfFile(path), path), fd: undefined, dispose() {} };
  }
  const { text } = request.script;
  const path = join(workspace.scripts, `${request.service}~${generation}`);
  writeFileSync(path, text, { mode: 0o700, flag: 'wx' });
  const isForeign = identity !== undefined && identity.owner.uid !== process.getuid?.();
  if (isForeign) chownSync(path, identity.owner.uid, identity.owner.gid);
  const fd = isForeign ? openSync(path, 'r') : undefined;
  return {
    argv: commandLine(interpreterOf(text), fd === undefined ? path : '/proc/self/fd/3'),
    fd,
    dispose() {
      if (fd !== undefined) closeSync(fd);
      rmSync(path, { force: true });
    },
  };
}

function commandLine(interpreter: ReturnType<typeof interpreterOfFile>, path: string): string[] {
  if (interpreter === undefined) return [path];
  const { program, argument } = interpreter;
  return argument === undefined ? [program, path] : [program, argument, path];
}

function argvFor(
  about: {
    request: ScriptRequest;
    generation: string;
    identity: IdentitySwitch | undefined;
    script: PreparedScript;
    cgroup: ServiceCgroup | undefined;
  },
  parts: Parts,
): string[] {
  const { request, identity, script, cgroup } = about;
  const isUnprivileged = identity?.spawnIds !== undefined;
  const steps = {
    umask: request.spec.umask,
    cgroupProcs: cgroup === undefined || isUnprivileged ? '' : join(cgroup.directory, 'cgroup.procs'),
    recordFile: '',
    recordHead: '',
    fence: isUnprivileged ? '' : parts.workspace.fence,
  };
  const { argv } = environmentFor(about, parts);
  return wrapperArgv(steps, [...(identity?.argv ?? []), ...argv, ...script.argv]);
}

function environmentFor(
  about: { request: ScriptRequest; generation: string; identity: IdentitySwitch | undefined },
  { processes }: Parts,
): ReturnType<typeof splitEnvironment> {
  const { request, generation, identity } = about;
  const marker = processes.marker(request.service, generation);
  return splitEnvironment({ ...identity?.env, ...request.spec.env, [MARKER_VARIABLE]: marker });
}

function outcomeOf(about: {
  result: { exitCode?: number | undefined; signal?: NodeJS.Signals | undefined; shortMessage?: string | undefined };
  end: 'timedOut' | 'aborted' | undefined;
}): Outcome {
  const { result, end } = about;
  const { exitCode, signal } = result;
  const flags = { timedOut: end === 'timedOut', aborted: end === 'aborted' };
  if (exitCode === undefined && signal === undefined) {
    return { code: undefined, signal: undefined, ...flags, error: result.shortMessage ?? 'it could not be started' };
  }
  return { code: signal === undefined ? exitCode : undefined, signal, ...flags };
}

/** Any open descriptor works; execa's types only name the first ones. */
function inherited(fd: number | undefined): 3 | undefined {
  return fd as 3 | undefined;
}

function killQuietly(target: number): void {
  try {
    process.kill(target, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
