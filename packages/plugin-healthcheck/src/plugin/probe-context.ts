import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { lookUpGroup, lookUpUser, type ServiceSpec, serviceEnvironment, type UserEntry } from '@tappet/core';
import { findCommand, type ProbeContext } from '../probes/index.ts';
import type { HealthcheckContext } from './plugin-context.ts';

/** Services share specs over many attempts, and looking a user up reads files. */
const known = new WeakMap<ServiceSpec, ProbeContext>();

/**
 * What probes take from a service: its environment, its folder and, when this process is root, its user. `environment` is that
 * of the supervisor, of which services inherit.
 */
export function probeContext(spec: ServiceSpec, environment: HealthcheckContext['environment']): ProbeContext {
  const context = known.get(spec) ?? build(spec, environment);
  known.set(spec, context);
  return context;
}

function build(spec: ServiceSpec, environment: HealthcheckContext['environment']): ProbeContext {
  const account = spec.user === undefined ? undefined : lookUpUser(spec.user);
  const group = spec.group === undefined ? undefined : lookUpGroup(spec.group);
  const env = { ...(account === undefined ? {} : homeOf(account)), ...serviceEnvironment(spec, environment) };
  const base = { env, cwd: spec.cwd };
  const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const ids = { uid: account?.uid ?? own.uid, gid: group?.gid ?? account?.gid ?? own.gid };
  if (own.uid !== 0 || (ids.uid === own.uid && ids.gid === own.gid)) return base;
  const setpriv = findSetpriv();
  if (setpriv === undefined) return { ...base, user: ids };
  const drop = ids.uid === 0 ? [] : ['--no-new-privs', '--inh-caps=-all', '--bounding-set=-all'];
  const words = [setpriv, `--reuid=${ids.uid}`, `--regid=${ids.gid}`, '--init-groups', ...drop, '--'];
  return { ...base, commandPrefix: words };
}

function homeOf({ name, home, shell }: UserEntry): Record<string, string> {
  return { HOME: home, USER: name, LOGNAME: name, SHELL: shell };
}

/** That of util-linux: busybox has one of the same name that cannot change users. */
function findSetpriv(): string | undefined {
  const found = findCommand('setpriv', { path: '/usr/bin:/bin:/usr/local/bin' });
  return found === undefined || basename(realpathSync(found)) === 'busybox' ? undefined : found;
}
