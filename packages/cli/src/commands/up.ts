import { type Invocation, textOption } from '../command-line/definition.ts';
import { UsageError } from '../usage-error.ts';

/** `tappet up`, in the foreground, under a guard, or detached. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, options, io } = invocation;
  const format = textOption(options, 'log-format') ?? 'text';
  if (format !== 'text' && format !== 'json') {
    throw new UsageError(`cannot write the log as "${format}"`, { hint: 'use --log-format text or --log-format json' });
  }
  if (options['detach'] === true) {
    const { detach } = await import('../daemon/detach.ts');
    return detach(invocation);
  }
  if (options['guard'] === true || process.pid === 1) {
    const { becomeGuard } = await import('../daemon/guard.ts');
    return becomeGuard(invocation);
  }
  const { runDaemon } = await import('../daemon/daemon.ts');
  return runDaemon({
    only: args,
    config: textOption(options, 'config'),
    project: textOption(options, 'project'),
    format,
    io,
  });
}
