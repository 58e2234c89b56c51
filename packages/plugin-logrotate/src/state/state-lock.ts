import { spawnSync } from 'node:child_process';
import { closeSync, constants, fstatSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { toPath } from '../names/byte-text.ts';
import { codeOf, reasonOf } from '../names/system-error.ts';
import type { Reporter } from '../language/report.ts';
import { renderState } from './state-text.ts';

/** What `flock` answers when somebody else has the lock; its usual 1 could mean anything. */
const CONFLICT = 75;

/** A held lock; the kernel frees it at the latest when the process ends. */
export interface StateLock {
  release(): void;
}

/**
 * Locks the state file for this run and makes it (mode 0640) when it does not exist. The lock is the kernel's flock on our
 * own descriptor, taken by util-linux' `flock` as a child, so it excludes the C program as well. Undefined when the run must
 * not go on; the reason was reported. A world-readable file is not locked: anybody could hold that lock for ever.
 */
export function lockStateFile(
  path: string,
  { wait, report }: { readonly wait: boolean; readonly report: Reporter },
): StateLock | undefined {
  const descriptor = openState(path, report);
  if (descriptor === undefined) return undefined;
  if ((fstatSync(descriptor).mode & 0o004) !== 0) {
    closeSync(descriptor);
    const why = 'is world-readable and thus can be locked from other unprivileged users. Skipping lock acquisition...';
    report({ level: 'warning', message: `state file ${path} ${why}` });
    return { release() {} };
  }
  if (wait) report({ level: 'debug', message: `waiting for lock on state file ${path}` });
  const { status, error } = spawnSync('flock', ['-E', String(CONFLICT), wait ? '-x' : '-xn', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', descriptor],
  });
  if (status === 0) {
    report({ level: 'debug', message: `acquired lock on state file ${path}` });
    return { release: () => closeSync(descriptor) };
  }
  if (error !== undefined && codeOf(error) === 'ENOENT') {
    report({
      level: 'warning',
      message: `cannot lock state file ${path}: the program "flock" is not installed; going on without`,
    });
    return { release: () => closeSync(descriptor) };
  }
  closeSync(descriptor);
  if (status === CONFLICT) {
    report({ level: 'error', message: `state file ${path} is already locked` });
    report({ level: 'error', message: 'logrotate does not support parallel execution on the same set of logfiles.' });
  } else {
    report({
      level: 'error',
      message: `error acquiring lock on state file ${path}: flock ended with ${status ?? reasonOf(error)}`,
    });
  }
  return undefined;
}

function openState(path: string, report: Reporter): number | undefined {
  try {
    return openSync(toPath(path), constants.O_RDWR | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') {
      report({ level: 'error', message: `error opening state file ${path}: ${reasonOf(error)}` });
      return undefined;
    }
  }
  report({ level: 'debug', message: `Creating stub state file: ${path}` });
  try {
    const descriptor = openSync(
      toPath(path),
      constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      0o640,
    );
    writeSync(descriptor, renderState(new Map()));
    fsyncSync(descriptor);
    return descriptor;
  } catch (error) {
    report({ level: 'error', message: `error creating stub state file ${path}: ${reasonOf(error)}` });
    return undefined;
  }
}
