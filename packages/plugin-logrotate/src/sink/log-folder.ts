import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  type Stats,
} from 'node:fs';
import { dirname } from 'node:path';
import { TappetError } from '@tappet/core';
import type { SwitchUser } from '../language/rules.ts';

/** From Linux's fcntl.h; Node does not export it. Needs no read permission on the directory. */
const O_PATH = 0o10000000;
const hasProc: boolean = existsSync('/proc/self/fd');

/** Who may change a folder without making it unsafe. */
export interface FolderTrust {
  /** The service's user, who must not be able to redirect what root writes. */
  readonly serviceUid: number | undefined;
  /** `su` of the rules: the folder belongs to this account, and that is known. */
  readonly su: SwitchUser | undefined;
}

/** The folder of this path, for those who trust it as much. */
export type FolderAt = (path: string, trust: FolderTrust) => LogFolder;

/**
 * A folder that was checked and is held open. All names are looked up in it, so whoever swaps the folder for a link afterwards
 * gains nothing. Opened at the first use and again after {@link close}.
 */
export class LogFolder {
  readonly path: string;
  readonly #trust: FolderTrust;
  #descriptor: number | undefined;

  constructor(path: string, trust: FolderTrust) {
    this.path = path;
    this.#trust = trust;
  }

  /** A path for system calls that names a file in this folder. Makes the folder if need be. Throws when it is not safe. */
  of(name: string): string {
    if (this.#descriptor === undefined) this.#open();
    return hasProc ? `/proc/self/fd/${this.#descriptor}/${name}` : `${this.path}/${name}`;
  }

  list(): readonly string[] {
    return readdirSync(this.of('.'));
  }

  stat(name: string): Stats | undefined {
    return lstatSync(this.of(name), { throwIfNoEntry: false });
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #open(): void {
    // Before it is made, too: not even an empty folder is made where somebody else leads.
    this.#refuseUnsafe(this.path);
    mkdirSync(this.path, { recursive: true });
    // A link of root's may lead here; then it is the folder behind it that counts.
    const real = realpathSync(this.path);
    this.#refuseUnsafe(real);
    const descriptor = openSync(real, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    const { su } = this.#trust;
    const held = hasProc ? lstatSync(`/proc/self/fd/${descriptor}/.`) : lstatSync(real);
    // Between the check and the opening somebody may have swapped it.
    if (su !== undefined && process.getuid?.() === 0 && held.uid !== su.uid) {
      closeSync(descriptor);
      throw unsafe(this.path, `it belongs to user ${held.uid}, and "su ${su.user}" is set`);
    }
    this.#descriptor = descriptor;
  }

  #refuseUnsafe(path: string): void {
    const reason = whyUnsafe(path, this.#trust);
    if (reason !== undefined) throw unsafe(this.path, reason);
  }
}

/**
 * Why root must not write into a folder, undefined when it may. Whoever owns it or a folder above it, or may write there, can put
 * another one in its place at any moment. Ordinary users harm nobody but themselves.
 */
export function whyUnsafe(path: string, { serviceUid, su }: FolderTrust): string | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (let folder = path; ; folder = dirname(folder)) {
    const stat = lstatSync(folder, { throwIfNoEntry: false });
    const isForSu = folder === path && su !== undefined && stat?.uid === su.uid;
    const reason = stat === undefined || isForSu ? undefined : whyOthers(stat, serviceUid);
    if (reason !== undefined) return `${folder} ${reason}`;
    if (folder === dirname(folder)) return undefined;
  }
}

function whyOthers({ uid, gid, mode }: Stats, serviceUid: number | undefined): string | undefined {
  if (uid !== 0) return uid === serviceUid ? "belongs to the service's user" : `belongs to user ${uid}`;
  const isSticky = (mode & 0o1000) !== 0;
  // Ubuntu's /var/log belongs to root and a group of the system.
  const isOthers = (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid >= 1000);
  return isOthers && !isSticky && !isLink(mode) ? 'may be written by others than root' : undefined;
}

function isLink(mode: number): boolean {
  return (mode & constants.S_IFMT) === constants.S_IFLNK;
}

function unsafe(path: string, reason: string): TappetError {
  return new TappetError(`cannot keep logs in ${path}: ${reason}`, {
    code: 'ERR_CONFIG_UNSAFE',
    hint: `chown root ${path} && chmod go-w ${path}, or name the account that owns it: su = "USER GROUP"`,
  });
}
