import type { ChildProcess } from 'node:child_process';
import { SpawnError } from '../errors/index.ts';
import type { ProcessIdentity, RunningProcess, SpawnRequest } from './contract.ts';
import { followForked } from './forked.ts';
import { bootId, readStat } from './identity.ts';
import { prepareLaunch, recordFromOutside } from './launch.ts';
import type { LayerParts } from './layer-parts.ts';
import { stampOf } from './pid-file.ts';
import { createRunning, type Running } from './running.ts';
import { spawnLaunch } from './spawn-launch.ts';

/** Starts one generation of a service, after everything of earlier ones is gone. Rejects with SpawnError. */
export async function startService(request: SpawnRequest, parts: LayerParts): Promise<RunningProcess> {
  const { channels, processes, clock, batches } = parts;
  const { service, spec, notifyFd, forkingPidFile } = request;
  const making = channels.ready(service, spec, notifyFd !== undefined);
  if (making !== undefined) await making;
  const clearing = processes.clear(service);
  if (clearing !== undefined) await clearing.catch((cause: unknown) => refuse(service, cause));
  const turn = batches.turn();
  if (turn !== undefined) await turn;

  const launch = prepareLaunch(request, parts);
  const stamp = forkingPidFile === undefined ? '' : stampOf(forkingPidFile);
  const startedAtMs = clock.nowMs();
  const { child, wasBornInside } = await spawnLaunch(launch, parts);
  const leader = identityOfChild(child);
  recordFromOutside(launch, { leader, wasBornInside, parts });
  const running = createRunning(
    {
      request,
      startedAtMs,
      child,
      identity: leader,
      session: { id: leader.pid, member: leader },
      cgroup: launch.cgroup,
      wasBornInside,
    },
    parts,
  );
  onChildExit(child, (status) => {
    running.leaderEnded();
    if (status.code === 0 && forkingPidFile !== undefined) {
      followForked({ request, running, stamp, launcher: leader }, parts);
    } else {
      running.ended(status);
    }
  });
  if (request.durable) await learnMain({ request, running, child }, parts);
  return running;
}

function refuse(service: string, cause: unknown): never {
  const why = cause instanceof Error ? cause.message : String(cause);
  throw new SpawnError(`cannot start ${service} beside what is left of its last start: ${why}`, { cause });
}

/** Read while the child cannot have been collected yet, so the number is certainly its own. */
function identityOfChild(child: ChildProcess): ProcessIdentity {
  const pid = child.pid ?? 0;
  return { pid, startTime: readStat(pid)?.startTime ?? 0, bootId: bootId() };
}

const RECORD_TIMEOUT_MS = 5000;
const RECORD_LOOK_MS = 2;

/** The record is written by the child of our child; it tells which process the service is. */
async function learnMain(
  { request, running, child }: { request: SpawnRequest; running: Running; child: ChildProcess },
  { records, clock }: LayerParts,
): Promise<void> {
  const deadlineMs = clock.nowMs() + RECORD_TIMEOUT_MS;
  while (child.exitCode === null && child.signalCode === null && clock.nowMs() < deadlineMs) {
    const main = readStat(records.read(request)?.pid ?? 0);
    if (main !== undefined && main.parent === child.pid) {
      return running.becomes({ pid: main.pid, startTime: main.startTime, bootId: bootId() });
    }
    await new Promise<void>((resolve) => void clock.setTimer(RECORD_LOOK_MS, resolve));
  }
}

function onChildExit(
  child: ChildProcess,
  listener: (status: { code: number | undefined; signal: NodeJS.Signals | undefined }) => void,
): void {
  const tell = (code: number | null, signal: NodeJS.Signals | null): void =>
    listener({ code: code ?? undefined, signal: signal ?? undefined });
  if (child.exitCode !== null || child.signalCode !== null) tell(child.exitCode, child.signalCode);
  else child.once('exit', tell);
}
