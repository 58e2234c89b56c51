import { chmodSync, lstatSync, mkdirSync, readdirSync, type Stats } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { TappetError } from '../errors/index.ts';
import { readHolder } from './lock.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where a project's daemon keeps its state: below TAPPET_RUNTIME_DIR if that is set, else /run/tappet for root,
 * XDG_RUNTIME_DIR/tappet for others, else a folder of one's own in the temporary directory.
 */
export function runtimeDirectory(project: string, env: Environment, uid: number): string {
  return join(runtimeBase(env, uid), project);
}

function runtimeBase(env: Environment, uid: number): string {
  const override = env['TAPPET_RUNTIME_DIR'];
  if (override !== undefined && override !== '') return override;
  if (uid === 0) return '/run/tappet';
  const session = env['XDG_RUNTIME_DIR'];
  if (session !== undefined && session.startsWith('/')) return join(session, 'tappet');
  return join(tmpdir(), `tappet-${uid}`);
}

/** A daemon that runs for this user. */
export interface RunningDaemon {
  readonly project: string;
  readonly directory: string;
  readonly pid: number;
}

/** The daemons that this user can reach, by the locks in the runtime directories. */
export function listRuntimeDirectories({ env, uid }: { env: Environment; uid: number }): readonly RunningDaemon[] {
  const base = runtimeBase(env, uid);
  return namesIn(base).flatMap((project) => {
    const directory = join(base, project);
    const pid = readHolder(directory);
    return pid === undefined ? [] : { project, directory, pid };
  });
}

/**
 * Makes the directory, mode 0700, and its parent. Throws TappetError when it belongs to somebody else or others may write to
 * it, or to a parent from which they could replace it.
 */
export function openDirectory(directory: string): void {
  const parent = dirname(directory);
  make({ directory: parent, mode: 0o755 });
  checkParent(parent);
  make({ directory, mode: 0o700 });
  const stat = inspect(directory);
  if (!stat.isDirectory()) throw refusal(directory, 'it is not a directory');
  if (stat.uid !== ownUid()) throw refusal(directory, `it belongs to user ${stat.uid}`);
  if ((stat.mode & 0o022) !== 0) throw refusal(directory, 'others may write to it');
  if ((stat.mode & 0o777) !== 0o700) chmodSync(directory, 0o700);
}

/** A sticky directory such as /tmp is fine as long as what is in it is ours. */
function checkParent(parent: string): void {
  const stat = inspect(parent);
  const isSticky = (stat.mode & 0o1000) !== 0;
  if (stat.uid !== ownUid() && stat.uid !== 0) throw refusal(parent, `it belongs to user ${stat.uid}`);
  if ((stat.mode & 0o022) !== 0 && !isSticky) throw refusal(parent, 'others may write to it');
}

function make({ directory, mode }: { directory: string; mode: number }): void {
  try {
    mkdirSync(directory, { recursive: true, mode });
  } catch (cause) {
    throw new TappetError(`cannot make the runtime directory ${directory}: ${(cause as Error).message}`, {
      code: 'ERR_STORE_IO',
      hint: 'name another place with TAPPET_RUNTIME_DIR',
      cause,
    });
  }
}

function inspect(directory: string): Stats {
  try {
    return lstatSync(directory);
  } catch (cause) {
    throw refusal(directory, (cause as Error).message);
  }
}

function refusal(directory: string, why: string): TappetError {
  return new TappetError(`cannot use the runtime directory ${directory}: ${why}`, {
    code: 'ERR_STORE_IO',
    hint: 'remove it, or name another place with TAPPET_RUNTIME_DIR',
  });
}

function ownUid(): number {
  return process.getuid?.() ?? 0;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
