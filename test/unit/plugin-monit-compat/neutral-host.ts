import type { ControlFiles, HostFacts } from '@tappet/plugin-monit-compat/library';

const USERS = new Map([
  ['root', 0],
  ['daemon', 1],
  ['sys', 3],
  ['mail', 8],
  ['disk', 6],
  ['nobody', 65_534],
  ['www-data', 33],
]);
const GROUPS = new Map([...USERS, ['nogroup', 65_534]]);
const PROGRAMS = new Set(['/bin/true', '/bin/false', '/bin/sh', '/bin/echo', '/bin/sleep', '/etc', '/usr/sbin/web']);
const READABLE = new Set(['/etc/passwd', '/etc/hosts', '/etc']);

/** A machine that is the same everywhere, so that a verdict depends on the control file only. */
export const neutralHost: HostFacts = {
  userId: (name) => USERS.get(name),
  groupId: (name) => GROUPS.get(name),
  hasUserId: (id) => [...USERS.values()].includes(id),
  hasGroupId: (id) => [...GROUPS.values()].includes(id),
  program: (path) => (PROGRAMS.has(path) ? 'ok' : path === '/etc/passwd' ? 'not-executable' : 'missing'),
  isDirectory: (path) => ['/', '/tmp', '/var/log', '/run'].includes(path),
  isReadable: (path) => READABLE.has(path),
};

/** Control files that exist in memory only. Globs know a star at the end of a path. */
export function memoryFiles(texts: Readonly<Record<string, string>> = {}, mode = 0o600): ControlFiles {
  return {
    read: (path) => {
      const text = texts[path];
      if (text === undefined) throw new Error(`no such file: ${path}`);
      return text;
    },
    stat: (path) => (texts[path] === undefined ? undefined : { mode, isFile: true, isOwn: true }),
    glob: (pattern) =>
      Object.keys(texts)
        .filter((path) => (pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern))
        .sort(),
  };
}
