import type { ArgumentDefinition, CommandDefinition, OptionDefinition } from '../command-line/definition.ts';
import { LIST_SERVICES, namesOf } from './script.ts';

/** For zsh: `tappet completion zsh > "\${fpath[1]}/_tappet"`. */
export function zshScript(commands: readonly CommandDefinition[]): string {
  return `#compdef tappet
_tappet_services() {
  local -a services
  services=(\${(f)"$(${LIST_SERVICES})"})
  compadd -a services
}
_tappet() {
  local -a verbs
  verbs=(
${commands.flatMap((command) => namesOf(command).map((name) => `    ${quote(`${name}:${command.summary}`)}`)).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command verbs
    return
  fi
  case $words[2] in
${commands.map(branch).join('\n')}
  esac
}
if [[ $funcstack[1] == _tappet ]]; then
  _tappet "$@"
else
  compdef _tappet tappet
fi
`;
}

function branch(command: CommandDefinition): string {
  const specs = [...command.options.flatMap(optionSpecs), ...argumentSpec(command.argument)];
  return [
    `    ${namesOf(command).join('|')})`,
    `      shift words; (( CURRENT-- ))`,
    `      _arguments ${[quote('--help[show help]'), ...specs].join(' \\\n        ')}`,
    `      ;;`,
  ].join('\n');
}

function optionSpecs({ name, short, value, description, complete }: OptionDefinition): string[] {
  const text = description.replaceAll(/[[\]:]/g, '\\$&');
  const action = value === undefined ? '' : `:${value}:${valueAction(complete)}`;
  const spellings = short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`];
  return spellings.map((spelling) => quote(`${spelling}[${text}]${action}`));
}

function valueAction(complete: OptionDefinition['complete']): string {
  if (complete === undefined) return ' ';
  return complete === 'file' ? '_files' : `(${complete.join(' ')})`;
}

function argumentSpec(argument: ArgumentDefinition | undefined): string[] {
  if (argument?.complete === undefined) return [];
  const action = argument.complete === 'service' ? '_tappet_services' : `(${argument.complete.join(' ')})`;
  return [quote(`${argument.max === 1 ? '1' : '*'}:${argument.name}:${action}`)];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
