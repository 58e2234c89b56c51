import type { CommandDefinition, OptionDefinition } from '../command-line/definition.ts';
import { LIST_SERVICES, namesOf } from './script.ts';

/** For fish: `tappet completion fish > ~/.config/fish/completions/tappet.fish`. */
export function fishScript(commands: readonly CommandDefinition[]): string {
  const lines = [
    '# fish completion for tappet',
    'function __tappet_services',
    `  ${LIST_SERVICES}`,
    'end',
    'complete -c tappet -f',
    ...commands.flatMap(verbLines),
  ];
  return `${lines.join('\n')}\n`;
}

function verbLines(command: CommandDefinition): string[] {
  const { summary, options, argument } = command;
  const seen = `__fish_seen_subcommand_from ${namesOf(command).join(' ')}`;
  return [
    ...namesOf(command).map((name) => `complete -c tappet -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`),
    ...options.map((option) => `complete -c tappet -n ${quote(seen)} ${optionWords(option)}`),
    ...(argument?.complete === undefined
      ? []
      : [`complete -c tappet -n ${quote(seen)} -a ${quote(proposals(argument.complete))}`]),
  ];
}

function optionWords({ name, short, value, description, complete }: OptionDefinition): string {
  const words = [`-l ${name}`];
  if (short !== undefined) words.push(`-s ${short}`);
  if (complete === 'file') words.push('-r', '-F');
  else if (value !== undefined) words.push('-x');
  if (complete !== undefined && complete !== 'file') words.push(`-a ${quote(complete.join(' '))}`);
  return `${words.join(' ')} -d ${quote(description)}`;
}

function proposals(complete: 'service' | readonly string[]): string {
  return complete === 'service' ? '(__tappet_services)' : complete.join(' ');
}

function quote(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
