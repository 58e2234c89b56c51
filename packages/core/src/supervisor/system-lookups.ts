import type { SystemLookups } from '../plan/check-system.ts';
import { pathKind } from '../plan/path-kind.ts';
import { resolveCommand } from '../process/command.ts';
import { lookUpGroup, lookUpUser } from '../process/user.ts';

/** The machine this process runs on, for `checkSystem`. */
export const systemLookups: SystemLookups = {
  lookUpUser: (name) => lookUpUser(name) !== undefined,
  lookUpGroup: (name) => lookUpGroup(name) !== undefined,
  resolveCommand: (command, { path, cwd }) => resolveCommand({ command, path, cwd }),
  kindOf: pathKind,
};
