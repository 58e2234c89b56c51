import type { CommandDefinition } from '../command-line/definition.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { zshScript } from './zsh.ts';

/** A completion script made from the commands; undefined for a shell that nobody wrote one for. */
export function completionScript(shell: string, commands: readonly CommandDefinition[]): string | undefined {
  switch (shell) {
    case 'bash':
      return bashScript(commands);
    case 'zsh':
      return zshScript(commands);
    case 'fish':
      return fishScript(commands);
    default:
      return undefined;
  }
}

/** The shell command that prints the names of services, one a line; silent when no supervisor runs. */
export const LIST_SERVICES = "tappet status 2>/dev/null | awk '{ print $1 }'";

/** Every name a command goes by. */
export function namesOf({ name, alias }: CommandDefinition): string[] {
  return alias === undefined ? [name] : [name, alias];
}
