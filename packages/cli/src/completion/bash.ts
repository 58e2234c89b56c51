import type { CommandDefinition, OptionDefinition } from '../command-line/definition.ts';
import { LIST_SERVICES, namesOf } from './script.ts';

/** For bash: `source <(tappet completion bash)`. */
export function bashScript(commands: readonly CommandDefinition[]): string {
  const verbs = commands.flatMap(namesOf).join(' ');
  return `# bash completion for tappet
_tappet() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} verb=\${COMP_WORDS[1]}
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W '${verbs} help' -- "$cur"))
    return
  fi
  case $verb in
${commands.map(branch).join('\n')}
  esac
}
complete -F _tappet tappet
`;
}

function branch(command: CommandDefinition): string {
  const { options, argument } = command;
  const values = options.filter((option) => option.value !== undefined).map(valueCase);
  const flags = options.map((option) => `--${option.name}`).join(' ');
  return [
    `    ${namesOf(command).join('|')})`,
    ...(values.length === 0 ? [] : ['      case $prev in', ...values, '      esac']),
    `      if [[ $cur == -* ]]; then`,
    `        COMPREPLY=($(compgen -W '${flags} --help' -- "$cur"))`,
    ...(argument?.complete === undefined
      ? []
      : ['      else', `        COMPREPLY=($(compgen -W "${words(argument.complete)}" -- "$cur"))`]),
    `      fi`,
    `      ;;`,
  ].join('\n');
}

function valueCase({ name, short, complete }: OptionDefinition): string {
  const pattern = short === undefined ? `--${name}` : `--${name}|-${short}`;
  return `        ${pattern}) ${proposal(complete)}return ;;`;
}

function proposal(complete: OptionDefinition['complete']): string {
  if (complete === undefined) return '';
  return complete === 'file'
    ? 'COMPREPLY=($(compgen -f -- "$cur")); '
    : `COMPREPLY=($(compgen -W '${complete.join(' ')}' -- "$cur")); `;
}

function words(complete: 'service' | readonly string[]): string {
  return complete === 'service' ? `$(${LIST_SERVICES})` : complete.join(' ');
}
