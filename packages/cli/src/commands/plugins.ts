import type { PluginReport } from '@tappet/core';
import { type Invocation, textOption } from '../command-line/definition.ts';
import { EXIT } from '../exit-codes.ts';
import { connectToDaemon } from '../find-daemon.ts';
import { columns } from '../output/columns.ts';

/** `tappet plugins`: who taps what, in the order of the calls, and what it costs. */
export async function run({ options, io }: Invocation): Promise<number> {
  const client = await connectToDaemon(options, io);
  const release = textOption(options, 'release');
  if (release !== undefined) {
    await client.releaseTap(release);
    io.out(`${release} is called again\n`);
    return EXIT.fine;
  }
  const plugins = await client.plugins();
  if (options['json'] === true) io.out(`${JSON.stringify(plugins)}\n`);
  else io.out(pluginsText(plugins));
  return EXIT.fine;
}

/** The plugins as people read them. */
export function pluginsText(plugins: readonly PluginReport[]): string {
  const lines = plugins.flatMap((plugin) => [
    `${plugin.name}${plugin.version === null ? '' : ` ${plugin.version}`} (set up in ${Math.round(plugin.setupMs)}ms)`,
    ...(plugin.switchedOff === null ? [] : [`  switched off until the next reload: ${plugin.switchedOff}`]),
    ...columns(plugin.taps.map(tapRow)),
    ...(plugin.methods.length === 0 ? [] : [`  offers ${plugin.methods.join(', ')}`]),
  ]);
  return lines.map((line) => `${line}\n`).join('');
}

function tapRow(tap: PluginReport['taps'][number]): string[] {
  const troubles = [
    tap.errors > 0 ? `${tap.errors} errors` : undefined,
    tap.timeouts > 0 ? `${tap.timeouts} timeouts` : undefined,
    tap.slow ? 'slow' : undefined,
    tap.quarantined ? 'in quarantine' : undefined,
    tap.lastError === null ? undefined : `last: ${tap.lastError}`,
  ];
  const cost = tap.calls === 0 ? 'not called yet' : `${tap.calls} calls, p99 ${tap.p99Ms.toFixed(2)}ms`;
  return [`  ${tap.hook}`, tap.label, cost, troubles.filter((text) => text !== undefined).join(', ')];
}
