import { statSync } from 'node:fs';
import type { PathKind } from './check-system.ts';

/** What stands at a path, links followed; undefined when nothing does or it cannot be seen. */
export function pathKind(path: string): PathKind | undefined {
  try {
    const stats = statSync(path);
    return stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other';
  } catch {
    return undefined;
  }
}
