import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type CgroupVisits, createCgroupVisits } from './cgroup-visit.ts';
import { directoriesIn, makeThreaded, type ServiceCgroup, serviceCgroup } from './cgroup.ts';

/** Where the cgroups of a project live. */
export interface CgroupTree {
  of(name: string): ServiceCgroup;
  /** Names of all cgroups that exist under this project. */
  names(): readonly string[];
  /**
   * Moves this process into the project's cgroup, since threads only move within one such domain. Takes 5 to 15 ms, on a
   * thread of the pool. Rejects when the kernel refuses.
   */
  join(): Promise<void>;
  /** Moves this process back and removes what is empty. */
  leave(): Promise<void>;
}

/**
 * Makes `<own cgroup>/tappet-<projectId>` in the cgroup v2 hierarchy. Returns the reason as text when that cannot be had:
 * no such mount (mixed v1/v2 mounts count) or a read-only or foreign tree.
 */
export function openCgroupTree(projectId: string): CgroupTree | string {
  const current = cgroupOf('self');
  if (current === undefined) return 'no cgroup v2 is mounted';
  const name = `tappet-${projectId}`;
  // A daemon that replaced itself is in its cgroup already.
  const own = basename(current) === name ? dirname(current) : current;
  const directory = join(own, name);
  const isInDomain = ['threaded', 'domain threaded'].includes(typeOf(own));
  try {
    accessSync(join(own, 'cgroup.procs'), constants.W_OK);
    mkdirSync(directory, { recursive: true });
    accessSync(join(directory, 'cgroup.procs'), constants.W_OK);
  } catch {
    return `the cgroup ${own} is not writable`;
  }
  if (isInDomain ? !makeThreaded(directory) : !['domain', 'domain threaded'].includes(typeOf(directory))) {
    return `the cgroup ${own} takes no threaded cgroups`;
  }
  const visits = visitsFrom(isInDomain ? own : directory);
  return {
    of: (service) => serviceCgroup(`${directory}/${service}`, visits),
    names: () => directoriesIn(directory),
    join: () => (isInDomain ? Promise.resolve() : move(directory)),
    async leave() {
      visits?.close();
      if (!isInDomain) await move(own);
      serviceCgroup(directory).remove();
    },
  };
}

/** Undefined where a thread that left could not come back. */
function visitsFrom(home: string): CgroupVisits | undefined {
  try {
    accessSync(join(home, 'cgroup.threads'), constants.W_OK);
    return createCgroupVisits({ home });
  } catch {
    return undefined;
  }
}

/** The cgroup v2 directory of a process, or undefined. */
export function cgroupOf(pid: number | 'self'): string | undefined {
  const mount = cgroupMount();
  const path = readOr(`/proc/${pid}/cgroup`)
    .split('\n')
    .find((line) => line.startsWith('0::'))
    ?.slice(3);
  // A path through `..` lies outside this cgroup namespace and cannot be reached through the mount.
  return mount === undefined || path === undefined || path.includes('/..') ? undefined : join(mount, path);
}

let knownMount: string | undefined;

function cgroupMount(): string | undefined {
  knownMount ??= readOr('/proc/self/mounts')
    .split('\n')
    .map((line) => line.split(' '))
    .find((fields) => fields[2] === 'cgroup2')?.[1]
    ?.replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8)));
  return knownMount;
}

/** The root of the hierarchy has no such file and is a domain. */
function typeOf(directory: string): string {
  return readOr(join(directory, 'cgroup.type')).trim() || 'domain';
}

function move(directory: string): Promise<void> {
  return writeFile(join(directory, 'cgroup.procs'), String(process.pid));
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
