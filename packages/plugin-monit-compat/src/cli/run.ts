import { didYouMean } from '@tappet/core';
import { type MonitCommandContext, UsageProblem } from './context.ts';
import { check, convertFile, explainFile, procmatch } from './files.ts';
import { act, report, status, validate } from './daemon.ts';
import { readHabits, VERBS_ELSEWHERE } from './habits.ts';

const USAGE = 2;

const HELP = `tappet monit: rules in the monit language

On control files, without a supervisor (FILE, or -c FILE):
  check [--strict] [--json] FILE…  verdict, mistakes, what has no effect (-t)
  explain FILE                     each rule in one plain sentence
  convert FILE                     the equivalent services.toml
  rehearse [--cycles N] [--poll SECONDS] FILE
                                   run the checks, say what would be done
  procmatch PATTERN                the processes that a pattern matches

Of the running supervisor:
  status [NAME…]                   every figure
  summary [NAME…]                  a table
  report [up|down|initialising|unmonitored|total]
  validate                         run a cycle now
  monitor|unmonitor NAME…|all      switch checking on or off
  start|stop|restart NAME…|all     what is watched; services of ours as well

A NAME may be a pattern for whole names. Instead of names: -g GROUP.
--json prints status and summary for programs.
--socket PATH, --config FILE and --project NAME choose the supervisor.

Exit codes: 0 done or accepted, 1 not, 2 the command line is wrong,
3 no supervisor is running.
`;

type Verb = (context: MonitCommandContext, words: readonly string[]) => Promise<number> | number;

const VERBS: Readonly<Record<string, Verb>> = {
  check,
  explain: explainFile,
  convert: convertFile,
  rehearse: async (context, words) => (await import('./rehearse.ts')).rehearse(context, words),
  procmatch,
  status: (context, words) => status(context, 'status', words),
  summary: (context, words) => status(context, 'summary', words),
  report,
  validate,
  monitor: (context, words) => act(context, 'monitor', words),
  unmonitor: (context, words) => act(context, 'unmonitor', words),
  start: (context, words) => act(context, 'start', words),
  stop: (context, words) => act(context, 'stop', words),
  restart: (context, words) => act(context, 'restart', words),
};

/** `tappet monit …`: 0 done, 1 not accepted or failed, 2 the command line is wrong. Rejects when there is no supervisor to ask. */
export async function runMonit(context: MonitCommandContext): Promise<number> {
  const { io } = context;
  try {
    const { verb, words, file, wantsHelp } = readHabits(context.args);
    if (wantsHelp || verb === 'help') {
      io.out(HELP);
      return 0;
    }
    if (verb === undefined) throw new UsageProblem(NO_VERB);
    return await verbNamed(verb)({ ...context, file }, words);
  } catch (error) {
    if (!(error instanceof UsageProblem)) throw error;
    io.err(`tappet monit: ${error.message}\n`);
    return USAGE;
  }
}

const NO_VERB = `name a command, such as status; "tappet monit --help" lists them, and "tappet up" runs the supervisor`;

function verbNamed(verb: string): Verb {
  const run = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (run !== undefined) return run;
  const elsewhere = Object.hasOwn(VERBS_ELSEWHERE, verb) ? VERBS_ELSEWHERE[verb] : undefined;
  if (elsewhere !== undefined) throw new UsageProblem(`"${verb}" is "${elsewhere}" here`);
  const hint = didYouMean(verb, Object.keys(VERBS));
  throw new UsageProblem(`there is no command "${verb}"; ${hint ?? '"tappet monit --help" lists them'}`);
}
