import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Invocation, textOption } from '../command-line/definition.ts';
import { EXIT } from '../exit-codes.ts';
import { UsageError } from '../usage-error.ts';
import { type FirstService, firstConfig } from './first-config.ts';

/** `tappet init`: a first configuration, asked for on a terminal, an example otherwise. */
export async function run({ options, io }: Invocation): Promise<number> {
  const file = resolve(io.cwd, textOption(options, 'config') ?? 'services.toml');
  if (existsSync(file) && options['force'] !== true) {
    throw new UsageError(`cannot write ${file}: it exists`, { hint: 'use --force to replace it, or --config FILE' });
  }
  const service = options['yes'] === true || !canAsk(io.isTerminal) ? EXAMPLE : await ask();
  if (service === undefined) {
    io.err('nothing was written\n');
    return EXIT.failed;
  }
  writeFileSync(file, firstConfig(service), { mode: 0o644 });
  io.out(`wrote ${file}\nnext: "tappet check", then "tappet up"\n`);
  return EXIT.fine;
}

const EXAMPLE: FirstService = {
  name: 'hello',
  command: "sh -c 'while :; do date; sleep 5; done'",
  restart: 'on-failure',
};

function canAsk(isTerminal: boolean): boolean {
  return isTerminal && process.stdin.isTTY;
}

/** Undefined when the person changed their mind. */
async function ask(): Promise<FirstService | undefined> {
  const { cancel, intro, isCancel, outro, select, text } = await import('@clack/prompts');
  intro('A first service');
  const name = await text({ message: 'What is it called?', initialValue: 'web', validate: nameFault });
  const command = isCancel(name)
    ? name
    : await text({ message: 'Which command runs it?', placeholder: 'node server.js', validate: commandFault });
  const restart = isCancel(command)
    ? command
    : await select({
        message: 'When it ends, start it again?',
        options: [
          { value: 'on-failure' as const, label: 'after a failure' },
          { value: 'always' as const, label: 'always' },
          { value: 'never' as const, label: 'never' },
        ],
      });
  if (isCancel(name) || isCancel(command) || isCancel(restart)) {
    cancel('Nothing was written.');
    return undefined;
  }
  outro('Done.');
  return { name, command, restart };
}

function nameFault(name: string | undefined): string | undefined {
  return /^[a-z0-9][a-z0-9._-]*$/.test(name ?? '') ? undefined : 'small letters, digits, ".", "_" and "-" only';
}

function commandFault(command: string | undefined): string | undefined {
  return (command ?? '').trim() === '' ? 'a command is needed' : undefined;
}
