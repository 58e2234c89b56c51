/**
 * The shell text of the guard: parent, or process 1 of a container, of the daemon. `wait` collects every orphan that comes
 * to it; signals are forwarded; a daemon that was killed (exit status from 128 up, which is how a shell reports a signal) is
 * started again after 0.2 s, at most ten times in a row within ten seconds each. Any other exit status becomes the guard's
 * own. The daemon gets a session of its own, so that Ctrl-C of a terminal reaches it once, through the guard.
 */
export const GUARD_SCRIPT: string = `
daemon= stopping= crashes=0
forward() { [ -z "$daemon" ] || kill -s "$1" "$daemon" 2>/dev/null; }
for name in TERM INT QUIT; do trap "stopping=1; forward $name" $name; done
for name in HUP USR1 USR2; do trap "forward $name" $name; done
session=$(command -v setsid) || session=
while :; do
  read -r began _ </proc/uptime
  $session "$@" <&0 & daemon=$!
  while :; do
    wait "$daemon"; code=$?
    kill -0 "$daemon" 2>/dev/null || break
  done
  wait "$daemon" 2>/dev/null; again=$?; [ "$again" = 127 ] || code=$again
  daemon=
  [ "$code" -ge 128 ] && [ -z "$stopping" ] || exit "$code"
  read -r ended _ </proc/uptime
  crashes=$((crashes + 1)); [ $((\${ended%.*} - \${began%.*})) -lt 10 ] || crashes=1
  [ "$crashes" -le 10 ] || { echo "tappet: the daemon ended with $code ten times in a row" >&2; exit "$code"; }
  sleep 0.2
done
`;

/** The argument vector that runs a daemon under the guard; to be given to `process.execve` or `spawn`. */
export function guardArgv(daemonArgv: readonly string[]): readonly string[] {
  return ['/bin/sh', '-c', GUARD_SCRIPT, 'tappet-guard', ...daemonArgv];
}
