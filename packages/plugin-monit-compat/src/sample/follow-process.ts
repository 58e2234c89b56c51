import { closeSync, openSync, readSync } from 'node:fs';
import type { ProcessIdentity } from '../engine/sample.ts';
import { isSameProcess } from './presence.ts';

/** A process of others that is held on to. */
export interface FollowedProcess {
  /** False for a zombie too. */
  isAlive(): boolean;
  close(): void;
}

export type FollowProcess = (identity: ProcessIdentity) => FollowedProcess | undefined;

const head = Buffer.allocUnsafe(1);
const ZERO = 0x30;

/**
 * Holds on to a process; undefined when it is gone already. Nobody tells us of the end of a process that is not our child, and Node has no
 * pidfd, but an open file of /proc is bound to its process, whoever gets the number, and asking it costs a single system call: statm
 * cannot be read of one that is gone, and begins with 0 for a zombie, which has no memory.
 */
export const followProcess: FollowProcess = (identity) => {
  let descriptor: number;
  try {
    descriptor = openSync(`/proc/${identity.pid}/statm`, 'r');
  } catch {
    return undefined;
  }
  const close = (): void => closeSync(descriptor);
  if (!isSameProcess(identity)) {
    close();
    return undefined;
  }
  return {
    isAlive() {
      try {
        return readSync(descriptor, head, 0, 1, 0) === 1 && head[0] !== ZERO;
      } catch {
        return false;
      }
    },
    close,
  };
};
