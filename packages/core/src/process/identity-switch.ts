import { spawnSync } from 'node:child_process';
import { SpawnError } from '../errors/index.ts';
import { lookUpGroup, lookUpUser, type UserEntry } from './user.ts';
import { toolPath } from './wrapper.ts';

/** How a service becomes another user. */
export interface IdentitySwitch {
  /** Put before the program's own arguments. */
  readonly argv: readonly string[];
  /** For `child_process.spawn` where no `setpriv` exists: then without supplementary groups. */
  readonly spawnIds: { readonly uid: number; readonly gid: number } | undefined;
  /** Owner of the named pipes and of script files. */
  readonly owner: { readonly uid: number; readonly gid: number };
  /** HOME, USER, LOGNAME and SHELL of the user; empty when no user was asked for. */
  readonly env: Readonly<Record<string, string>>;
}

/** Undefined: the service runs as the supervisor does. Throws SpawnError for an unknown user or group, or without privilege. */
export function identitySwitch(request: {
  readonly service: string;
  readonly user: string | undefined;
  readonly group: string | undefined;
  readonly useSetpriv: boolean;
}): IdentitySwitch | undefined {
  const { service, user, group } = request;
  if (user === undefined && group === undefined) return undefined;
  const account = user === undefined ? currentAccount() : knownUser({ service, user });
  const gid = group === undefined ? account.gid : knownGroup({ service, group });
  const env = user === undefined ? {} : homeOf(account);
  const owner = { uid: account.uid, gid };
  const self = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  if (owner.uid === self.uid && owner.gid === self.gid) return { argv: [], spawnIds: undefined, owner, env };
  if (self.uid !== 0) {
    const wanted = user === undefined ? `group "${group}"` : `user "${user}"`;
    throw new SpawnError(`cannot start ${service}: only root can run it as ${wanted}`, {
      hint: 'run the supervisor as root, or remove the key',
    });
  }
  const setpriv = request.useSetpriv ? findSetpriv() : undefined;
  if (setpriv === undefined) return { argv: [], spawnIds: owner, owner, env };
  return { argv: setprivArgv({ setpriv, owner }), spawnIds: undefined, owner, env };
}

function setprivArgv({ setpriv, owner }: { setpriv: string; owner: { uid: number; gid: number } }): string[] {
  const drop = owner.uid === 0 ? [] : ['--no-new-privs', '--inh-caps=-all', '--bounding-set=-all'];
  return [setpriv, `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--init-groups', ...drop];
}

function knownUser({ service, user }: { service: string; user: string }): UserEntry {
  const entry = lookUpUser(user);
  if (entry !== undefined) return entry;
  throw new SpawnError(`cannot start ${service}: there is no user "${user}"`, {
    code: 'ERR_CONFIG_UNKNOWN_USER',
    hint: `create it (useradd --system ${JSON.stringify(user)}) or correct the key user`,
  });
}

function knownGroup({ service, group }: { service: string; group: string }): number {
  const entry = lookUpGroup(group);
  if (entry !== undefined) return entry.gid;
  throw new SpawnError(`cannot start ${service}: there is no group "${group}"`, { code: 'ERR_CONFIG_UNKNOWN_USER' });
}

function currentAccount(): UserEntry {
  return { name: '', uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, home: '/', shell: '/bin/sh' };
}

function homeOf({ name, home, shell }: UserEntry): Record<string, string> {
  return { HOME: home, USER: name, LOGNAME: name, SHELL: shell };
}

let setprivSearched = false;
let knownSetpriv: string | undefined;

/** util-linux's setpriv; busybox has one of the same name that cannot change users. */
export function findSetpriv(): string | undefined {
  if (!setprivSearched) {
    setprivSearched = true;
    const found = toolPath('setpriv');
    if (found !== undefined && spawnSync(found, ['--help'], { encoding: 'utf8' }).stdout.includes('--init-groups')) {
      knownSetpriv = found;
    }
  }
  return knownSetpriv;
}
