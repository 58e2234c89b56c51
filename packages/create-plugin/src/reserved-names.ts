const OFFICIAL = ['control', 'healthcheck', 'logrotate', 'monit', 'monit-compat', 'rules'];

const COMMANDS = [
  'up',
  'daemon',
  'down',
  'status',
  'start',
  'stop',
  'restart',
  'signal',
  'reload',
  'why',
  'logs',
  'events',
  'check',
  'init',
  'plugins',
  'schema',
  'completion',
  'help',
];

const SERVICE_KEYS = [
  'name',
  'command',
  'args',
  'type',
  'enabled',
  'required',
  'user',
  'group',
  'umask',
  'cwd',
  'env',
  'restart',
  'instances',
  'durable',
];

/** Names that a plugin of somebody else cannot be reached by, with the reason. A test compares them with core and CLI. */
export const RESERVED_NAMES: ReadonlyMap<string, string> = new Map([
  ...SERVICE_KEYS.map(
    (name) => [name, 'a service has a key of this name, so its section could not be written'] as const,
  ),
  ...COMMANDS.map((name) => [name, 'tappet has a command of this name, so its own would never run'] as const),
  ...OFFICIAL.map((name) => [name, 'it belongs to a plugin that is published with Tappet'] as const),
]);
