import { accessSync, constants, readFileSync, statSync } from 'node:fs';

export type ProgramState = 'ok' | 'missing' | 'not-executable';

/** What the parser must know of the machine: users, groups, programs and directories. */
export interface HostFacts {
  userId(name: string): number | undefined;
  groupId(name: string): number | undefined;
  hasUserId(id: number): boolean;
  hasGroupId(id: number): boolean;
  program(path: string): ProgramState;
  isDirectory(path: string): boolean;
  isReadable(path: string): boolean;
}

/** Facts read from /etc/passwd, /etc/group and the file system, each table and each program once. */
export function localHost(): HostFacts {
  let users: Map<string, number> | undefined;
  let groups: Map<string, number> | undefined;
  const programs = new Map<string, ProgramState>();
  const userTable = (): Map<string, number> => (users ??= readTable('/etc/passwd'));
  const groupTable = (): Map<string, number> => (groups ??= readTable('/etc/group'));
  return {
    userId: (name) => userTable().get(name),
    groupId: (name) => groupTable().get(name),
    hasUserId: (id) => [...userTable().values()].includes(id),
    hasGroupId: (id) => [...groupTable().values()].includes(id),
    program: (path) => {
      const known = programs.get(path) ?? programState(path);
      programs.set(path, known);
      return known;
    },
    isDirectory: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
    isReadable: (path) => canAccess(path, constants.R_OK),
  };
}

function readTable(path: string): Map<string, number> {
  const table = new Map<string, number>();
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // A machine without the table knows no names.
    return table;
  }
  for (const line of text.split('\n')) {
    const [name, , id] = line.split(':');
    if (name !== undefined && id !== undefined && !table.has(name)) table.set(name, Number(id));
  }
  return table;
}

function programState(path: string): ProgramState {
  if (canAccess(path, constants.X_OK)) return 'ok';
  return canAccess(path, constants.F_OK) ? 'not-executable' : 'missing';
}

function canAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
