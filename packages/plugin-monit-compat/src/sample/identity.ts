import { statSync } from 'node:fs';
import type { ProcessIdentity } from '../engine/sample.ts';
import { machine, uptimeSeconds } from './machine.ts';
import { readStat } from './proc-table.ts';

/** Whether a signal may be sent to the process that an identity names. */
export type SignalPermission = { readonly ok: true } | { readonly ok: false; readonly why: string };

export interface SignalInput {
  readonly identity: ProcessIdentity;
  /** The pid file that led to the process, when one did. */
  readonly pidFile?: string | undefined;
  /** Wall clock, to compare with the time of the pid file. */
  readonly wallMs: number;
  readonly root?: string;
}

/** A daemon may write its pid file a moment before the process it names has been born. */
const TOLERANCE_MS = 10_000;

/**
 * Asks once more before a signal: the number must still mean the process that was sampled, and the process must not be
 * younger than the pid file that names it, which is what an innocent process under a reused number looks like.
 */
export function maySignal({ identity, pidFile, wallMs, root }: SignalInput): SignalPermission {
  if (identity.pid <= 1) return { ok: false, why: `pid ${identity.pid} is never signalled` };
  const stat = readStat(identity.pid, root);
  if (stat === undefined || stat.state === 'Z') return { ok: false, why: `process ${identity.pid} is gone` };
  if (stat.startTicks !== identity.startTicks)
    return { ok: false, why: `pid ${identity.pid} belongs to another process now ("${stat.name}")` };
  if (pidFile === undefined) return { ok: true };
  const written = statSync(pidFile, { throwIfNoEntry: false })?.mtimeMs;
  if (written === undefined) return { ok: false, why: `the pid file ${pidFile} is gone` };
  const startedMs = wallMs - (uptimeSeconds(root) - stat.startTicks / machine().ticksPerSecond) * 1000;
  if (startedMs > written + TOLERANCE_MS) {
    return {
      ok: false,
      why: `process ${identity.pid} ("${stat.name}") is younger than the pid file ${pidFile} that names it`,
    };
  }
  return { ok: true };
}
