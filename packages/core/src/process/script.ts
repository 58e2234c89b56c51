import type { ServiceCgroup } from './cgroup.ts';
import type { ProcessIdentity, ScriptRequest, ScriptResult } from './contract.ts';
import { bootId, readStat, ticksNow } from './identity.ts';
import { type IdentitySwitch, identitySwitch } from './identity-switch.ts';
import type { LayerParts } from './layer-parts.ts';
import { MARKER_VARIABLE } from './process-table.ts';
import { type PreparedScript, prepareScript } from './script-file.ts';
import { checkFolder } from './start-check.ts';
import { splitEnvironment, wrapperArgv } from './wrapper.ts';

/** Runs scripts around a service: own group and cgroup, output into the service's pipe, a deadline. */
export interface ScriptRunner {
  run(request: ScriptRequest): Promise<ScriptResult>;
}

export function createScriptRunner(parts: LayerParts): ScriptRunner {
  let runs = 0;
  return {
    async run(request) {
      const startedMs = parts.clock.nowMs();
      const durationMs = (): number => parts.clock.nowMs() - startedMs;
      if (request.signal.aborted) return { ...NOTHING, aborted: true, durationMs: 0 };
      // A `:` cannot be part of the generation of a service.
      const generation = `${request.label}:${process.pid}.${++runs}`;
      try {
        await parts.channels.ready(request.service, request.spec, false);
        await parts.batches.turn();
        return { ...(await runOnce({ request, generation }, parts)), durationMs: durationMs() };
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        return { ...NOTHING, error: message, durationMs: durationMs() };
      }
    },
  };
}

const NOTHING = { code: undefined, signal: undefined, timedOut: false, aborted: false } as const;

type Outcome = Omit<ScriptResult, 'durationMs'>;

interface Run {
  readonly request: ScriptRequest;
  readonly generation: string;
}

async function runOnce({ request, generation }: Run, parts: LayerParts): Promise<Outcome> {
  const { service, spec } = request;
  const { processes, workspace, useSetpriv } = parts;
  checkFolder({ service, cwd: spec.cwd });
  const identity = identitySwitch({ service, user: spec.user, group: spec.group, useSetpriv });
  const file = { folder: workspace.scripts, name: `${service}~${generation}` };
  const script = prepareScript({ request, file, identity });
  const cgroup = processes.scriptCgroup(service, generation);
  try {
    const started = await startScript({ request, generation, identity, script, cgroup }, parts);
    const end = await watchOver({ request, started, cgroup }, parts);
    const session = { id: started.leader.pid, member: started.leader, memberEndedAtTicks: ticksNow() };
    // What a script leaves behind would otherwise run beside the service, or outlive it.
    await processes.sweepScript({ service, generation, session, cgroup, timeoutMs: SWEEP_TIMEOUT_MS });
    return end;
  } finally {
    script.dispose();
    cgroup?.remove();
  }
}

const SWEEP_TIMEOUT_MS = 2000;

interface StartedScript {
  readonly leader: ProcessIdentity;
  readonly ended: Promise<{ code: number | undefined; signal: NodeJS.Signals | undefined; error?: string }>;
}

async function startScript(
  about: Run & {
    identity: IdentitySwitch | undefined;
    script: PreparedScript;
    cgroup: ServiceCgroup | undefined;
  },
  { processes, channels, workspace, records }: LayerParts,
): Promise<StartedScript> {
  const { request, generation, identity, script, cgroup } = about;
  const { service, spec } = request;
  const marker = processes.marker(service, generation);
  const { env, argv } = splitEnvironment({ ...identity?.env, ...spec.env, [MARKER_VARIABLE]: marker });
  const own = (path: string | undefined): string => (identity?.spawnIds === undefined ? (path ?? '') : '');
  const steps = {
    umask: spec.umask,
    cgroupEntrance: own(cgroup?.entrance),
    recordFile: own(records.path({ service, generation })),
    recordHead: records.head({ bootId: bootId(), cgroup: cgroup?.directory }),
    fence: own(workspace.fence),
  };
  const [file = '', ...args] = wrapperArgv(steps, [...(identity?.argv ?? []), ...argv, ...script.argv]);
  const { execa } = await import('execa');
  const output = channels.of(service).openForChild({ tellsEnd: false });
  try {
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
    const { pid } = subprocess;
    if (pid === undefined) throw new Error((await subprocess).shortMessage);
    return {
      leader: { pid, startTime: readStat(pid)?.startTime ?? 0, bootId: bootId() },
      ended: subprocess.then(({ exitCode, signal }) => ({ code: signal === undefined ? exitCode : undefined, signal })),
    };
  } finally {
    output.close();
  }
}

/** Any open descriptor works; execa's types only name the first ones. */
function inherited(fd: number | undefined): 3 | undefined {
  return fd as 3 | undefined;
}

async function watchOver(
  about: { request: ScriptRequest; started: StartedScript; cgroup: ServiceCgroup | undefined },
  { clock }: LayerParts,
): Promise<Outcome> {
  const { request, started, cgroup } = about;
  const { signal, timeoutMs } = request;
  const flags = { timedOut: false, aborted: false };
  const end = (why: 'timedOut' | 'aborted'): void => {
    if (flags.timedOut || flags.aborted) return;
    flags[why] = true;
    // Not collected yet, so the number of the group is still its own.
    killQuietly(-started.leader.pid);
    for (const pid of cgroup?.pids() ?? []) killQuietly(pid);
  };
  const abort = (): void => end('aborted');
  const timer = timeoutMs > 0 ? clock.setTimer(timeoutMs, () => end('timedOut')) : undefined;
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  const result = await started.ended;
  timer?.cancel();
  signal.removeEventListener('abort', abort);
  return { ...result, ...flags };
}

function killQuietly(target: number): void {
  try {
    process.kill(target, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
