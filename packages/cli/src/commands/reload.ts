import type { ReloadReport } from '@tappet/core';
import { ControlError } from '@tappet/plugin-control/client';
import type { Invocation } from '../command-line/definition.ts';
import { EXIT } from '../exit-codes.ts';
import { connectToDaemon } from '../find-daemon.ts';
import { renderProblem } from '../output/problem.ts';

/** `tappet reload`. A configuration that is refused is exit code 2, and nothing has changed. */
export async function run({ options, io }: Invocation): Promise<number> {
  const client = await connectToDaemon(options, io);
  try {
    const report = await client.reload();
    io.out(options['json'] === true ? `${JSON.stringify(report)}\n` : `${reloadLine(report)}\n`);
    return EXIT.fine;
  } catch (error) {
    if (!(error instanceof ControlError) || error.status !== 422) throw error;
    if (options['json'] === true) {
      io.out(`${JSON.stringify({ code: error.code, message: error.message, issues: error.issues })}\n`);
    }
    io.err(`${await renderProblem(error)}\nnothing was changed: the configuration in force stays\n`);
    return EXIT.usage;
  }
}

/** What a reload did, in one line. */
export function reloadLine({ added, removed, restarted, updated, unchanged, plugins }: ReloadReport): string {
  const parts = [
    named('added', added),
    named('removed', removed),
    named('restarted', restarted),
    named('updated', updated),
    named('plugins added:', plugins.added),
    named('plugins removed:', plugins.removed),
    `${unchanged} unchanged`,
  ];
  return `reloaded: ${parts.filter((part) => part !== undefined).join('; ')}`;
}

function named(verb: string, names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `${verb} ${names.join(', ')}`;
}
