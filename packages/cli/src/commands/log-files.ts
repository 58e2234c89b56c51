import type { Invocation } from '../command-line/definition.ts';
import { connectToDaemon } from '../find-daemon.ts';
import { UsageError } from '../usage-error.ts';

/** Options of `tappet logs` that look into log files, which only a plugin keeps. */
const FILE_OPTIONS = ['since', 'until', 'grep', 'disk'] as const;

/** Whether these options ask for more than the supervisor remembers itself. */
export function asksForFiles(options: Invocation['options']): boolean {
  return FILE_OPTIONS.some((name) => options[name] !== undefined);
}

/** Hands the question on to the plugin that keeps the log files. */
export async function readLogFiles({ args, options, io }: Invocation): Promise<number> {
  const { commandAtWork } = await import('../command-line/plugin-commands.ts');
  const client = await connectToDaemon(options, io);
  const keeper = await commandAtWork('log-files', { plugins: await client.plugins(), io });
  if (keeper === undefined) {
    throw new UsageError('cannot look into log files: no plugin of this supervisor keeps them', {
      hint: 'npm install @tappet/plugin-logrotate and add "logrotate" to plugins',
    });
  }
  return keeper.run([...args, ...Object.entries(options).flatMap(([name, value]) => words(name, value))]);
}

function words(name: string, value: string | boolean | undefined): string[] {
  if (value === undefined || value === false) return [];
  return value === true ? [`--${name}`] : [`--${name}=${value}`];
}
