import type { CommandQuery } from './command.ts';
import { findCommand } from './command.ts';

/** What the wrapper does for one start, before it becomes the program. Empty text leaves a step out. */
export interface WrapperSteps {
  readonly umask: number;
  /** File of the cgroup that takes a thread in. */
  readonly cgroupEntrance: string;
  /** File that gets `+` if the cgroup was entered and `-` if not, {@link recordHead}, and the process id. */
  readonly recordFile: string;
  readonly recordHead: string;
  /** A file that exists as long as the supervisor that ordered this start is in charge. */
  readonly fence: string;
}

/**
 * Runs as `/bin/sh -c` with everything in `"$@"`, so no value is ever read as shell text. Only builtins, so that it costs no
 * further fork. The order matters: first it can be found (cgroup, record), then it looks whether its supervisor is still in
 * charge. A successor removes the fence first and looks for processes second, so one of the two always sees the other.
 */
const WRAPPER: string = `
_tappet_in=-
[ -z "$2" ] || { echo 0 >"$2" && _tappet_in=+; } 2>/dev/null
[ -z "$3" ] || printf '%s\\n' "$_tappet_in$4$$" 2>/dev/null >"$3"
[ -z "$5" ] || [ -e "$5" ] || exit 125
umask "$1"
unset PWD OLDPWD SHLVL _tappet_in
shift 5
exec "$@"
`;

/**
 * Stays as parent of a durable service and writes its exit code down (128+n for signal n, as shells do). The traps keep it
 * alive through signals to the group; a handler, unlike an ignored signal, is not inherited by the program.
 */
const DURABLE: string = `
trap : HUP INT QUIT USR1 USR2 PIPE ALRM TERM CONT WINCH
_tappet=$1
shift
"$@"
_tappet_code=$?
{ echo "$_tappet_code" >"$_tappet.new" && mv -f "$_tappet.new" "$_tappet"; } 2>/dev/null
exit "$_tappet_code"
`;

/** The argument vector that runs `argv` through the wrapper. */
export function wrapperArgv(steps: WrapperSteps, argv: readonly string[]): string[] {
  const { umask, cgroupEntrance, recordFile, recordHead, fence } = steps;
  const mask = umask.toString(8).padStart(4, '0');
  return ['/bin/sh', '-c', WRAPPER, 'tappet', mask, cgroupEntrance, recordFile, recordHead, fence, ...argv];
}

/** The argument vector that keeps a parent which writes the exit code of `argv` to `exitFile`. */
export function durableArgv(exitFile: string, argv: readonly string[]): string[] {
  return ['/bin/sh', '-c', DURABLE, 'tappet', exitFile, ...argv];
}

/**
 * Splits an environment into what passes through a shell unharmed and `env NAME=VALUE …` for the rest: shells drop names
 * that are no identifiers (`spring.profiles.active`) and keep some variables for themselves.
 */
export function splitEnvironment(env: Readonly<Record<string, string>>): {
  readonly env: Record<string, string>;
  readonly argv: readonly string[];
} {
  const names = Object.keys(env);
  const odd = names.filter((name) => !isShellSafe(name));
  if (odd.length === 0) return { env: { ...env }, argv: [] };
  const safe = Object.fromEntries(names.filter(isShellSafe).map((name) => [name, env[name] ?? '']));
  return { env: safe, argv: [toolPath('env') ?? 'env', ...odd.map((name) => `${name}=${env[name] ?? ''}`)] };
}

const KEPT_BY_SHELLS: ReadonlySet<string> = new Set(
  'IFS OPTIND PPID PWD OLDPWD LINENO SHLVL _ UID EUID RANDOM SECONDS HISTCMD SHELLOPTS BASHOPTS POSIXLY_CORRECT'.split(
    ' ',
  ),
);

function isShellSafe(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !KEPT_BY_SHELLS.has(name);
}

/** Where a tool of the system is; the supervisor's own PATH is asked last, so that it cannot shadow the system's. */
export function toolPath(name: string): string | undefined {
  const path = `/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin:${process.env['PATH'] ?? ''}`;
  const query: CommandQuery = { command: name, path, cwd: '/' };
  const found = findCommand(query);
  return 'file' in found ? found.file : undefined;
}
