import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

/** Folders of the process layer inside the runtime directory. */
export interface Workspace {
  readonly pipes: string;
  readonly launches: string;
  readonly scripts: string;
  /** Exists while this layer is in charge; see the wrapper. Empty when a full disk did not let it be made. */
  readonly fence: string;
  /** True when an earlier layer worked here: then processes of it may live. */
  readonly hasPredecessor: boolean;
}

/** Makes the folders and takes charge: the fences of all predecessors are removed before anything is looked for. */
export function openWorkspace(directory: string): Workspace {
  const folder = (name: string): string => {
    const path = join(directory, name);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  };
  const fences = folder('fences');
  const predecessors = readdirSync(fences);
  for (const name of predecessors) rmSync(join(fences, name), { force: true });
  const fence = join(fences, `${process.pid}-${randomBytes(6).toString('hex')}`);
  return {
    pipes: folder('pipes'),
    launches: folder('launches'),
    scripts: folder('scripts'),
    fence: isWritten(fence) ? fence : '',
    hasPredecessor: predecessors.length > 0,
  };
}

function isWritten(file: string): boolean {
  try {
    writeFileSync(file, '', { mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}
