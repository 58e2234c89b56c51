import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One line of the user database. */
export interface UserEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

/** One line of the group database. */
export interface GroupEntry {
  readonly name: string;
  readonly gid: number;
}

/**
 * The user of this name from /etc/passwd, or from other sources that `getent` knows. Undefined when there is none, and for
 * a name that is malformed or looks like a number: taking `0day` or `1000` for an id once made services run as root.
 */
export function lookUpUser(name: string): UserEntry | undefined {
  const line = findLine({ database: 'passwd', name });
  const [, , uid, gid, , home, shell] = line ?? [];
  if (uid === undefined || gid === undefined || !isId(uid) || !isId(gid)) return undefined;
  return { name, uid: Number(uid), gid: Number(gid), home: home || '/', shell: shell || '/bin/sh' };
}

/** The group of this name, with the same rules as {@link lookUpUser}. */
export function lookUpGroup(name: string): GroupEntry | undefined {
  const gid = findLine({ database: 'group', name })?.[2];
  return gid === undefined || !isId(gid) ? undefined : { name, gid: Number(gid) };
}

function findLine({ database, name }: { database: 'passwd' | 'group'; name: string }): string[] | undefined {
  if (!isAccountName(name)) return undefined;
  return fileLines(database).find((fields) => fields[0] === name) ?? askGetent({ database, name });
}

function fileLines(database: 'passwd' | 'group'): string[][] {
  try {
    return readFileSync(`/etc/${database}`, 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
  } catch {
    return [];
  }
}

/** Directories such as LDAP are only reachable through the C library; `getent` is its command. */
function askGetent({ database, name }: { database: 'passwd' | 'group'; name: string }): string[] | undefined {
  const { status, stdout } = spawnSync('getent', [database, name], { encoding: 'utf8', timeout: 5000 });
  const fields = status === 0 ? stdout.split('\n')[0]?.split(':') : undefined;
  return fields?.[0] === name ? fields : undefined;
}

/** Letters first (so never a number, decimal or hexadecimal), then what useradd allows; a trailing `$` is Samba's. */
function isAccountName(name: string): boolean {
  return name.length <= 256 && /^[A-Za-z_][A-Za-z0-9_.@-]*\$?$/.test(name);
}

function isId(text: string): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) < 2 ** 32 - 1;
}
