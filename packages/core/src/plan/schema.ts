import { constants } from 'node:os';
import * as v from 'valibot';
import { DURATION_PATTERN } from './duration.ts';
import { PROJECT_NAME } from './project.ts';

// The message of every schema in this file is a phrase that completes "expected …".

/** A length of time as it stands in a file: seconds, or text such as "5s". */
export type DurationInput = number | string;

/** The keys of `[[services]]` that the core owns, as they stand in a file. */
export interface ServiceTable {
  name: string;
  command: string;
  args: string[];
  type: 'simple' | 'oneshot' | 'forking';
  enabled: boolean;
  required: boolean;
  depends_on: string | string[] | Record<string, DependencyConditionInput>;
  wait_after: DurationInput | Record<string, DurationInput>;
  user: string;
  group: string;
  umask: string;
  cwd: string;
  env: Record<string, string | number | boolean>;
  env_file: string | string[];
  inherit_env: boolean | string[];
  pre_script: string;
  pos_script: string;
  post_script: string;
  log_file: string;
  restart: RestartPolicyName | Partial<RestartTable>;
  stop_signal: string;
  stop_timeout: DurationInput;
  kill_mode: 'group' | 'process';
  start_timeout: DurationInput;
  start_seconds: DurationInput;
  ready_log: string;
  notify_fd: number;
  success_exit_codes: number[];
  pid_file: string;
  instances: number;
  durable: boolean;
}

/** What a `depends_on` table may ask of a dependency. */
export type DependencyConditionInput = 'started' | 'ready' | 'completed' | 'succeeded';

/** Names of restart policies. */
export type RestartPolicyName = 'never' | 'on-failure' | 'always';

/** The keys of a `restart` table. */
export interface RestartTable {
  policy: RestartPolicyName;
  delay: DurationInput;
  factor: number;
  max_delay: DurationInput;
  jitter: number;
  max_attempts: number;
  reset_after: DurationInput;
}

/** The keys of `[timeouts]`. */
export interface TimeoutsTable {
  post_script_timeout: DurationInput;
  service_shutdown_timeout: DurationInput;
  global_shutdown_timeout: DurationInput;
  dependency_wait_timeout: DurationInput;
}

/** The keys at the top of a file. */
export interface RootTable {
  project: string;
  plugins: string[] | Record<string, boolean | Record<string, unknown>>;
  timeouts: Partial<TimeoutsTable>;
  defaults: Record<string, unknown>;
  services: Record<string, unknown>[];
}

/** One schema for each key of a table. */
export type Entries<Table> = { readonly [Key in keyof Table]-?: v.GenericSchema<unknown, Table[Key]> };

const DURATION = 'a duration: seconds, or text such as "5s", "2m" or "500ms"';
const UMASK = 'three octal digits as text, such as "022"';
const text = v.string('text');
const flag = v.boolean('true or false');
const duration = v.union(
  [
    v.pipe(v.number('a number'), v.finite('a finite number'), v.minValue(0, 'seconds, 0 or more')),
    v.pipe(text, v.regex(DURATION_PATTERN, DURATION)),
  ],
  DURATION,
);
const RESTART_POLICIES = ['never', 'on-failure', 'always'] as const;
const CONDITIONS = ['started', 'ready', 'completed', 'succeeded'] as const;

/** What a service may be called. */
export const SERVICE_NAME: RegExp = /^[a-zA-Z0-9][a-zA-Z0-9._@-]*$/;

/** Every signal that may stop a service, as `TERM` or `SIGTERM`. */
export const SIGNAL_NAMES: readonly string[] = Object.keys(constants.signals).map((name) => name.slice(3));

/** `restart = { … }` */
export const restartEntries: Entries<RestartTable> = {
  policy: describe(v.picklist(RESTART_POLICIES, oneOf(RESTART_POLICIES)), {
    title: 'Restart policy',
    description:
      '`never`, `on-failure` (after an end that is a failure or was caused by SIGKILL or SIGTERM from outside), or `always` (after every end that nobody asked for).',
    default: 'on-failure',
  }),
  delay: describe(duration, { title: 'First delay', description: 'Pause before the first restart.', default: '500ms' }),
  factor: describe(v.pipe(v.number('a number'), v.finite('a finite number'), v.minValue(1, 'a number, 1 or more')), {
    title: 'Growth',
    description: 'Each further consecutive pause is this many times longer.',
    default: 2,
  }),
  max_delay: describe(duration, { title: 'Longest delay', description: 'No pause is longer.', default: '30s' }),
  jitter: describe(
    v.pipe(v.number('a number'), v.minValue(0, 'a number from 0 to 1'), v.maxValue(1, 'a number from 0 to 1')),
    {
      title: 'Jitter',
      description: 'Share of a pause that is random, so that services that fell together do not rise together.',
      default: 0.1,
    },
  ),
  max_attempts: describe(wholeNumber(0, 1_000_000), {
    title: 'Attempts',
    description:
      'Restarts in a row after which the next failure is final and the service stays FAILED; 0 means no limit.',
    default: 10,
  }),
  reset_after: describe(duration, {
    title: 'Reset',
    description: 'Time in RUNNING after which earlier failures are forgotten.',
    default: '30s',
  }),
};

/** `[[services]]`, in the order of the reference page. */
export const serviceEntries: Entries<ServiceTable> = {
  name: describe(
    v.pipe(
      text,
      v.regex(SERVICE_NAME, 'letters, digits, ".", "_", "@" and "-", beginning with a letter or digit'),
      v.maxLength(100, 'at most 100 characters'),
    ),
    { title: 'Name', description: 'Unique within the file. Required.' },
  ),
  command: describe(v.pipe(text, v.minLength(1, 'the program to run')), {
    title: 'Command',
    description:
      'The program: a path, or a name that is looked up in PATH. Required. Without `args` the text is split into words as a shell does, and nothing else a shell does happens. With `args` (an empty list counts) it is the program alone and never split.',
  }),
  args: describe(v.array(text, 'a list of texts'), {
    title: 'Arguments',
    description: 'One argument each.',
    default: [],
  }),
  type: describe(v.picklist(['simple', 'oneshot', 'forking'], oneOf(['simple', 'oneshot', 'forking'])), {
    title: 'Type',
    description:
      '`simple` runs until it is stopped, `oneshot` runs to its end, `forking` puts itself into the background and writes `pid_file`.',
    default: 'simple',
  }),
  enabled: describe(flag, { title: 'Enabled', description: 'Started with the supervisor.', default: true }),
  required: describe(flag, {
    title: 'Required',
    description: 'Its final failure brings the ordered shutdown of everything, exit code 1.',
    default: false,
  }),
  depends_on: describe(
    v.union(
      [text, v.array(text, 'a list of service names'), v.record(text, v.picklist(CONDITIONS, oneOf(CONDITIONS)))],
      'a service name, a list of them, or a table of conditions',
    ),
    {
      title: 'Dependencies',
      description:
        'Services that come first: a name, a list, or a table of conditions (`started`, `ready`, `completed`, `succeeded`). The short forms are satisfied by RUNNING, by the end of a oneshot and, with a warning, by the failure of a service that is not required. Names of services with `instances` mean every copy.',
      default: [],
    },
  ),
  wait_after: describe(
    v.union(
      [duration, v.record(text, duration, 'a table of durations')],
      'a duration, or a table of durations by dependency',
    ),
    {
      title: 'Wait',
      description:
        'Pause after a dependency was satisfied, counted from that moment: one duration for all, or a table by dependency.',
      default: 0,
    },
  ),
  user: describe(text, { title: 'User', description: 'Name of the account to run as, with its groups and HOME.' }),
  group: describe(text, {
    title: 'Group',
    description: "Name of the main group. Default: that of the user's account.",
  }),
  umask: describe(v.pipe(v.string(UMASK), v.regex(/^0?[0-7]{3}$/, UMASK)), {
    title: 'File mode mask',
    description: 'Three octal digits as text.',
    default: '022',
  }),
  cwd: describe(text, {
    title: 'Working directory',
    description: 'Default: the folder of the file. Relative paths start there.',
  }),
  env: describe(
    v.record(
      text,
      v.union([text, v.number('a number'), flag], 'a text, number, true or false'),
      'a table of variables',
    ),
    { title: 'Environment', description: 'Variables for the service. They win over `env_file`.', default: {} },
  ),
  env_file: describe(v.union([text, v.array(text, 'a list of paths')], 'a path or a list of paths'), {
    title: 'Environment files',
    description: 'Files of KEY=VALUE lines, later ones win. A `-` before the path: it may be missing.',
  }),
  inherit_env: describe(v.union([flag, v.array(text, 'a list of names')], 'true, false or a list of names'), {
    title: 'Inherited environment',
    description:
      "Names handed on from the supervisor's environment, `*` at the end matches the rest; `true` hands on everything, `false` nothing. A file that uses Go Overlay's keys only hands on everything.",
    default: ['PATH', 'LANG', 'LC_*', 'TZ', 'TERM'],
  }),
  pre_script: describe(text, {
    title: 'Before the start',
    description:
      'Runs before every start, when dependencies are satisfied; anything but exit 0 prevents it. Text that has several lines or begins with `#!` is a script, text that begins with `/`, `./` or `../` and has no blanks is the path of one, anything else is one line for `sh`. Variables are left to the shell.',
  }),
  pos_script: describe(text, {
    title: 'After the end',
    description: 'Runs after the service has ended, whatever the reason. Text or path as for `pre_script`.',
  }),
  post_script: describe(text, { title: 'After the end', description: 'Another name of `pos_script`.' }),
  log_file: describe(text, { title: 'Log file', description: 'File that gets the output. Default: the console.' }),
  restart: describe(
    v.union(
      [v.picklist(RESTART_POLICIES, oneOf(RESTART_POLICIES)), optionalTable(restartEntries)],
      'a policy ("never", "on-failure", "always") or a table',
    ),
    {
      title: 'Restart',
      description:
        'What follows an end that nobody asked for: a policy, or a table. A table without `policy` means `on-failure`.',
      default: 'never',
    },
  ),
  stop_signal: describe(
    v.pipe(
      text,
      v.check((name) => SIGNAL_NAMES.includes(bareSignal(name)), 'the name of a signal, such as "TERM" or "SIGINT"'),
    ),
    { title: 'Stop signal', description: 'Asks the service to end, with or without `SIG`.', default: 'TERM' },
  ),
  stop_timeout: describe(duration, {
    title: 'Stop timeout',
    description: 'Stop signal to SIGKILL; 0 kills at once. Default: `timeouts.service_shutdown_timeout`.',
  }),
  kill_mode: describe(v.picklist(['group', 'process'], oneOf(['group', 'process'])), {
    title: 'Kill mode',
    description: 'Who gets the stop signal: the process group, or the main process alone.',
    default: 'group',
  }),
  start_timeout: describe(duration, {
    title: 'Start timeout',
    description: 'Spawn to ready; 0 means no limit. Default: 60 s, no limit for a oneshot.',
  }),
  start_seconds: describe(duration, {
    title: 'Stable time',
    description: 'How long the process must stay up to be ready when no readiness check decides it.',
    default: 0,
  }),
  ready_log: describe(v.pipe(text, v.check(isRegularExpression, 'a regular expression')), {
    title: 'Ready line',
    description: 'Ready when a line of output matches this regular expression.',
  }),
  notify_fd: describe(wholeNumber(3, 255), {
    title: 'Notify descriptor',
    description: 'Ready when a newline arrives on this descriptor.',
  }),
  success_exit_codes: describe(v.array(wholeNumber(0, 255), 'a list of exit codes'), {
    title: 'Success codes',
    description: 'Exit codes that are no failure, besides 0.',
    default: [0],
  }),
  pid_file: describe(text, {
    title: 'Pid file',
    description: 'Written for `simple`; read for `forking`, which needs it.',
  }),
  instances: describe(wholeNumber(1, 1000), {
    title: 'Copies',
    description: 'More than one makes copies named `NAME@1`, `NAME@2` …; `${INSTANCE}` is the number of the copy.',
    default: 1,
  }),
  durable: describe(flag, {
    title: 'Durable exit code',
    description: 'A small parent process records the exit code even while no supervisor runs.',
    default: false,
  }),
};

/** `[timeouts]` */
export const timeoutsEntries: Entries<TimeoutsTable> = {
  post_script_timeout: describe(duration, {
    title: 'Script timeout',
    description: 'Limit on a pos_script. 0 means the default.',
    default: 7,
  }),
  service_shutdown_timeout: describe(duration, {
    title: 'Stop timeout',
    description: 'Stop signal to SIGKILL. 0 means the default.',
    default: 10,
  }),
  global_shutdown_timeout: describe(duration, {
    title: 'Shutdown timeout',
    description: 'Limit on the whole shutdown. 0 means the default.',
    default: 30,
  }),
  dependency_wait_timeout: describe(duration, {
    title: 'Dependency timeout',
    description: 'Longest wait for dependencies. 0 means the default.',
    default: 300,
  }),
};

/** The top of a file. */
export const rootEntries: Entries<RootTable> = {
  project: describe(
    v.pipe(
      text,
      v.regex(PROJECT_NAME, 'lower-case letters, digits, ".", "_" and "-", beginning with a letter or digit'),
      v.maxLength(60, 'at most 60 characters'),
    ),
    {
      title: 'Project',
      description: "Tells daemons of one machine apart. Default: the folder's name and six digits made from its path.",
    },
  ),
  plugins: describe(
    v.union(
      [
        v.array(v.pipe(text, v.minLength(1, 'the name of a plugin')), 'a list of plugin names'),
        v.record(text, v.union([flag, v.looseObject({})], 'a table of options, true or false')),
      ],
      'a list of plugin names, or a table of options by plugin name',
    ),
    {
      title: 'Plugins',
      description:
        'Plugins to load: a list of names, or one table for each (`[plugins.NAME]`) with its options, where `use` names another module to load it from. What is not listed is not loaded.',
      default: [],
    },
  ),
  timeouts: describe(optionalTable(timeoutsEntries), {
    title: 'Timeouts',
    description: 'Limits that hold for all services.',
  }),
  defaults: describe(v.looseObject({}, 'a table of service keys'), {
    title: 'Defaults',
    description: "Any key of a service but `name`. A service's own value wins; tables are merged key by key.",
  }),
  services: describe(v.array(v.looseObject({}, 'a table'), 'a list of tables, each under [[services]]'), {
    title: 'Services',
    description: 'The services.',
    default: [],
  }),
};

/** Every key of a service as one schema, for reference pages and JSON Schema. All but `name` and `command` are optional. */
export const serviceSchema: v.GenericSchema = v.strictObject({
  ...optionalEntries(serviceEntries),
  name: serviceEntries.name,
  command: serviceEntries.command,
});

/** `[timeouts]` as one schema. */
export const timeoutsSchema: v.GenericSchema = optionalTable(timeoutsEntries);

/** A whole configuration as one schema. */
export const configSchema: v.GenericSchema = v.strictObject({
  ...optionalEntries(rootEntries),
  defaults: v.optional(v.pipe(optionalTable(serviceEntries), v.metadata({ ...v.getMetadata(rootEntries.defaults) }))),
  services: v.optional(v.pipe(v.array(serviceSchema), v.metadata({ ...v.getMetadata(rootEntries.services) }))),
});

/** `TERM` of `TERM`, `term` and `SIGTERM`. */
export function bareSignal(name: string): string {
  return name.toUpperCase().replace(/^SIG/, '');
}

interface Documentation {
  readonly title: string;
  readonly description: string;
  readonly default?: unknown;
}

function describe<Output>(
  schema: v.GenericSchema<unknown, Output>,
  documentation: Documentation,
): v.GenericSchema<unknown, Output> {
  return v.pipe(schema, v.metadata({ ...documentation }));
}

function optionalTable<Table>(entries: Entries<Table>): v.GenericSchema<unknown, Partial<Table>> {
  // TypeScript cannot follow the keys through Object.fromEntries; the test of the schema compares them.
  return v.strictObject(optionalEntries(entries), 'a table') as v.GenericSchema<unknown, Partial<Table>>;
}

function optionalEntries<Table>(entries: Entries<Table>): Record<string, v.GenericSchema> {
  const all: [string, v.GenericSchema][] = Object.entries(entries);
  return Object.fromEntries(all.map(([key, schema]) => [key, v.optional(schema)]));
}

function oneOf(names: readonly string[]): string {
  return `one of ${names.map((name) => `"${name}"`).join(', ')}`;
}

function wholeNumber(from: number, to: number): v.GenericSchema<unknown, number> {
  const phrase = `a whole number from ${from} to ${to}`;
  return v.pipe(v.number(phrase), v.integer(phrase), v.minValue(from, phrase), v.maxValue(to, phrase));
}

function isRegularExpression(source: string): boolean {
  try {
    return new RegExp(source, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
