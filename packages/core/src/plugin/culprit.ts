import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runningPlugin } from '../hooks/attribution.ts';
import type { PluginEntry } from './entry.ts';

/**
 * The plugin that an error which nobody caught comes from, undefined when from none: the one in whose name the failing timer, socket or
 * promise was made, else the first whose files stand in the stack. Answers only within the handler of the process.
 */
export function culpritOf(error: unknown, entries: readonly PluginEntry[]): string | undefined {
  return runningPlugin() ?? namedInStack(error instanceof Error ? (error.stack ?? '') : '', entries);
}

/** Node 22 forgets who queued a microtask, Node 24 in whose name a server accepted a socket; and emitters are often somebody else's. */
function namedInStack(stack: string, entries: readonly PluginEntry[]): string | undefined {
  const folders = entries.flatMap(({ plugin, from }) =>
    from === null ? [] : [{ name: plugin.name, folder: dirname(from) }],
  );
  for (const [, path = ''] of stack.matchAll(FRAME)) {
    const file = path.startsWith('file:') ? fileURLToPath(path) : path;
    const owner = folders.find(({ folder }) => dirname(file) === folder);
    if (owner !== undefined) return owner.name;
  }
  return undefined;
}

/** `at fn (file:///path/index.js:1:2)`, `at /path/index.js:1:2` */
const FRAME = /^\s+at (?:.*\()?((?:file:\/\/)?\/.*?):\d+:\d+\)?$/gm;
