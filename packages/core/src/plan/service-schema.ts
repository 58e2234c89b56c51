import { constants } from 'node:os';
import * as v from 'valibot';
import { RESTART_POLICIES, restartEntries } from './restart-schema.ts';
import { describe, duration, type Entries, flag, oneOf, optionalTable, text, wholeNumber } from './schema-parts.ts';
import type { ServiceTable } from './tables.ts';

const CONDITIONS = ['started', 'ready', 'completed', 'succeeded'] as const;
const UMASK = 'three octal digits as text, such as "022"';

/** What a service may be called. */
export const SERVICE_NAME: RegExp = /^[a-zA-Z0-9][a-zA-Z0-9._@-]*$/;

/** Every signal that may stop a service, as `TERM` or `SIGTERM`. */
const SIGNAL_NAMES: ReadonlySet<string> = new Set(Object.keys(constants.signals).map((name) => name.slice(3)));

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
      v.check((name) => SIGNAL_NAMES.has(bareSignal(name)), 'the name of a signal, such as "TERM" or "SIGINT"'),
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

/** `TERM` of `TERM`, `term` and `SIGTERM`. */
export function bareSignal(name: string): string {
  return name.toUpperCase().replace(/^SIG/, '');
}

function isRegularExpression(source: string): boolean {
  try {
    return new RegExp(source) instanceof RegExp;
  } catch {
    return false;
  }
}
