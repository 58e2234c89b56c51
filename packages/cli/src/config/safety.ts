import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';

/** Who reads a file, and whom besides root and himself he trusts. */
export interface Reader {
  readonly uid: number;
  /** Owners that are as good as the reader himself. */
  readonly trustedUids: ReadonlySet<number>;
}

/** Why a file is not to be trusted, and what to do about it. */
export interface Unsafe {
  readonly reason: string;
  readonly hint: string;
}

/**
 * This process. As root it also trusts whom `TAPPET_TRUSTED_UIDS` (numbers with commas) names, and the user who called sudo: his
 * own folder may hold his configuration.
 */
export function currentReader(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  uid: number = process.getuid?.() ?? -1,
): Reader {
  const names = `${environment['TAPPET_TRUSTED_UIDS'] ?? ''},${environment['SUDO_UID'] ?? ''}`.split(',');
  return { uid, trustedUids: new Set(names.filter((name) => /^\d+$/.test(name)).map(Number)) };
}

/**
 * Why root must not use a file: it, a folder above it or a link on the way belongs to another user, or may be written by others (a folder
 * with the sticky bit may). Other users are only kept from running code that somebody else owns. Undefined: it may be used.
 * A file that is not there is no matter of trust.
 */
export function whyUnsafe(file: string, reader: Reader): Unsafe | undefined {
  if (reader.uid !== 0) return isCode(file) ? foreignCode(file, reader) : undefined;
  for (const { path, stats } of steps(resolve(file))) {
    const unsafe = unsafeOwner(path, stats, reader) ?? unsafeMode(path, stats);
    if (unsafe !== undefined) return unsafe;
  }
  return undefined;
}

/** True for a configuration that is a program: reading it runs it. */
function isCode(file: string): boolean {
  return /^\.[cm]?[jt]s$/.test(extname(file));
}

interface Step {
  readonly path: string;
  readonly stats: Stats;
}

/** The path, every folder above it, and the same for whatever links on the way point to. */
function steps(file: string): readonly Step[] {
  const found = new Map<string, Step>();
  const open = [file];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue;
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats !== undefined) {
      found.set(path, { path, stats });
      if (stats.isSymbolicLink()) open.push(resolve(dirname(path), readlinkSync(path)));
    }
    if (dirname(path) !== path) open.push(dirname(path));
  }
  return [...found.values()];
}

function unsafeOwner(path: string, { uid }: Stats, reader: Reader): Unsafe | undefined {
  if (uid === 0 || uid === reader.uid || reader.trustedUids.has(uid)) return undefined;
  return {
    reason: `${path} belongs to user ${uid}, who could change what root runs`,
    hint: `run "chown root ${path}", or set TAPPET_TRUSTED_UIDS=${uid} when that user may be root`,
  };
}

function unsafeMode(path: string, stats: Stats): Unsafe | undefined {
  if (stats.isSymbolicLink()) return undefined;
  // Root's own group holds nobody who is not trusted; in a sticky folder nobody can replace a file of root.
  const isOpen = (stats.mode & 0o002) !== 0 || ((stats.mode & 0o020) !== 0 && stats.gid !== 0);
  if (!isOpen || (stats.isDirectory() && (stats.mode & 0o1000) !== 0)) return undefined;
  return { reason: `${path} may be written by others`, hint: `run "chmod go-w ${path}"` };
}

function foreignCode(file: string, reader: Reader): Unsafe | undefined {
  const stats = steps(resolve(file)).find(
    ({ stats: { uid }, path }) => path === resolve(file) && uid !== reader.uid && uid !== 0,
  )?.stats;
  if (stats === undefined) return undefined;
  return {
    reason: `it is a program, and belongs to user ${stats.uid}`,
    hint: 'read it first; copy it to a file of your own to run it',
  };
}
