import type { ArgumentDefinition, CommandDefinition, OptionDefinition } from './definition.ts';

const CONFIG: OptionDefinition = {
  name: 'config',
  short: 'c',
  value: 'FILE',
  description: 'configuration file (default: found from the current folder)',
  complete: 'file',
};
const PROJECT: OptionDefinition = { name: 'project', value: 'NAME', description: 'name of the project' };
const JSON_OUTPUT: OptionDefinition = { name: 'json', description: 'print JSON' };
/** How every client command finds its supervisor. */
const WHICH: readonly OptionDefinition[] = [
  { name: 'socket', value: 'PATH', description: 'control socket of the supervisor', complete: 'file' },
  CONFIG,
  PROJECT,
];
const ALL: OptionDefinition = { name: 'all', description: 'every enabled service' };
const NO_WAIT: OptionDefinition = { name: 'no-wait', description: 'do not wait until it is done' };

function services(min: number, max: number, description: string): ArgumentDefinition {
  return { name: max === 1 ? 'NAME' : 'NAME...', description, min, max, complete: 'service' };
}

/** Every command of `tappet`, in the order of its help. */
export const COMMANDS: readonly CommandDefinition[] = [
  {
    name: 'up',
    alias: 'daemon',
    summary: 'run the supervisor in the foreground',
    argument: services(0, Infinity, 'start only these and what they depend on'),
    options: [
      CONFIG,
      PROJECT,
      { name: 'detach', short: 'd', description: 'run in the background, return when everything is up' },
      { name: 'guard', description: 'restart a supervisor that was killed, reap orphans (default as PID 1)' },
      {
        name: 'log-format',
        value: 'FORMAT',
        description: 'text (default) or json',
        complete: ['text', 'json'],
      },
    ],
    examples: ['tappet up', 'tappet up web', 'tappet up --detach --config services.toml'],
    load: () => import('../commands/up.ts'),
  },
  {
    name: 'down',
    summary: 'stop all services in order, then the supervisor',
    options: [...WHICH, NO_WAIT],
    examples: ['tappet down'],
    load: () => import('../commands/down.ts'),
  },
  {
    name: 'status',
    summary: 'show services, states, pids, uptime and restarts',
    argument: services(0, Infinity, 'only these'),
    options: [...WHICH, JSON_OUTPUT, { name: 'watch', short: 'w', description: 'show it again at every change' }],
    examples: ['tappet status', 'tappet status --json', 'tappet status | grep -c RUNNING'],
    load: () => import('../commands/status.ts'),
  },
  {
    name: 'start',
    summary: 'start services and what they depend on',
    argument: services(0, Infinity, 'services to start'),
    options: [...WHICH, ALL, NO_WAIT, JSON_OUTPUT],
    examples: ['tappet start web', 'tappet start --all'],
    load: () => import('../commands/start.ts'),
  },
  {
    name: 'stop',
    summary: 'stop services until somebody starts them again',
    argument: services(0, Infinity, 'services to stop'),
    options: [...WHICH, ALL, NO_WAIT, JSON_OUTPUT],
    examples: ['tappet stop web worker'],
    load: () => import('../commands/stop.ts'),
  },
  {
    name: 'restart',
    summary: 'stop and start services, dependencies first',
    argument: services(0, Infinity, 'services to restart'),
    options: [...WHICH, ALL, NO_WAIT, JSON_OUTPUT],
    examples: ['tappet restart web'],
    load: () => import('../commands/restart.ts'),
  },
  {
    name: 'signal',
    summary: 'send a signal to services',
    argument: services(0, Infinity, 'services that get it'),
    options: [
      ...WHICH,
      ALL,
      {
        name: 'signal',
        short: 's',
        value: 'SIGNAL',
        description: 'which one, such as HUP or USR1 (default: HUP)',
        complete: ['HUP', 'USR1', 'USR2', 'INT', 'TERM', 'QUIT', 'CONT', 'STOP', 'WINCH'],
      },
      JSON_OUTPUT,
    ],
    examples: ['tappet signal nginx', 'tappet signal -s USR1 web'],
    load: () => import('../commands/signal.ts'),
  },
  {
    name: 'reload',
    summary: 'apply the changed configuration',
    options: [...WHICH, JSON_OUTPUT],
    examples: ['tappet check && tappet reload'],
    load: () => import('../commands/reload.ts'),
  },
  {
    name: 'why',
    summary: 'tell why a service is in its state, and what it waits for',
    argument: services(1, 1, 'service to explain'),
    options: [...WHICH, JSON_OUTPUT],
    examples: ['tappet why web'],
    load: () => import('../commands/why.ts'),
  },
  {
    name: 'logs',
    summary: 'show what services wrote',
    argument: services(0, Infinity, 'only these'),
    options: [
      ...WHICH,
      { name: 'follow', short: 'f', description: 'go on with what comes' },
      { name: 'lines', short: 'n', value: 'N', description: 'only the last N lines of each' },
      { name: 'since', value: 'WHEN', description: 'from then on, "1h" or a date: in log files, old ones included' },
      { name: 'until', value: 'WHEN', description: 'up to then, in log files' },
      { name: 'grep', value: 'REGEXP', description: 'only lines that match, in log files' },
      { name: 'disk', description: 'what the log files take, against the budget' },
      JSON_OUTPUT,
    ],
    examples: ['tappet logs web', 'tappet logs -f -n 20', 'tappet logs --since 1h --grep ERROR', 'tappet logs --disk'],
    load: () => import('../commands/logs.ts'),
  },
  {
    name: 'events',
    summary: 'show what happened in the supervisor',
    options: [
      ...WHICH,
      { name: 'follow', short: 'f', description: 'go on with what comes' },
      { name: 'lines', short: 'n', value: 'N', description: 'only the last N' },
      JSON_OUTPUT,
    ],
    examples: ['tappet events -n 20', 'tappet events -f --json'],
    load: () => import('../commands/events.ts'),
  },
  {
    name: 'check',
    summary: 'validate the configuration without starting anything',
    options: [CONFIG, PROJECT, JSON_OUTPUT],
    examples: ['tappet check', 'tappet check --config services.toml'],
    load: () => import('../commands/check.ts'),
  },
  {
    name: 'init',
    summary: 'write a first configuration',
    options: [
      {
        name: 'config',
        short: 'c',
        value: 'FILE',
        description: 'file to write (default: services.toml)',
        complete: 'file',
      },
      { name: 'yes', short: 'y', description: 'ask nothing' },
      { name: 'force', description: 'replace a file that exists' },
    ],
    examples: ['tappet init', 'tappet init --yes'],
    load: () => import('../commands/init.ts'),
  },
  {
    name: 'plugins',
    summary: 'show plugins, their taps and what they cost',
    options: [
      ...WHICH,
      JSON_OUTPUT,
      { name: 'release', value: 'TAP', description: 'call a tap again that failed too often' },
    ],
    examples: ['tappet plugins', 'tappet plugins --release healthcheck:ready'],
    load: () => import('../commands/plugins.ts'),
  },
  {
    name: 'schema',
    summary: 'print a JSON Schema of the configuration, for editors',
    options: [CONFIG],
    examples: ['tappet schema > tappet.schema.json'],
    load: () => import('../commands/schema.ts'),
  },
  {
    name: 'completion',
    summary: 'print a completion script for a shell',
    argument: { name: 'SHELL', description: 'bash, zsh or fish', min: 1, max: 1, complete: ['bash', 'zsh', 'fish'] },
    options: [],
    examples: ['source <(tappet completion bash)', 'tappet completion fish > ~/.config/fish/completions/tappet.fish'],
    load: () => import('../commands/completion.ts'),
  },
];

/** The command with this name or alias. */
export function commandNamed(name: string): CommandDefinition | undefined {
  return COMMANDS.find((command) => command.name === name || command.alias === name);
}
