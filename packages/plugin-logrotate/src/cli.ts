import { TappetError } from '@tappet/core/runtime';
import type { Command } from './cli-context.ts';

/** The commands that this plugin adds to `tappet`. */
export const commands: readonly Command[] = [
  {
    name: 'log-files',
    summary: 'read the log files of services, old ones included; what they take',
    run: async (context) => (await import('./logs/command.ts')).runLogFiles(context),
  },
  {
    name: 'logrotate',
    summary: 'rotate logs by files of logrotate, as the program does; --explain tells what will happen',
    async run({ args, io }) {
      const position = args.indexOf('--explain');
      if (position === -1) {
        const { main } = await import('./program/main.ts');
        const streams = { stdout: { write: (text: string | Uint8Array) => io.out(text) }, stderr: process.stderr };
        return main(args, streams);
      }
      const { files, state } = explained(args.toSpliced(position, 1));
      const { runExplain } = await import('./explain/command.ts');
      return runExplain(files, io, state);
    },
  },
];

function explained(args: readonly string[]): { files: readonly string[]; state: string | undefined } {
  const files = [...args];
  const position = files.findIndex((word) => word === '-s' || word === '--state');
  const [, state] = position === -1 ? [] : files.splice(position, 2);
  if (files.length === 0 || files.some((file) => file.startsWith('-'))) {
    const hint = 'tappet logrotate --explain [-s STATE] FILE...';
    throw new TappetError('cannot explain: name the configuration files and nothing else', { code: 'ERR_USAGE', hint });
  }
  return { files, state };
}
