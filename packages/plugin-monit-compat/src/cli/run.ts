import { didYouMean } from '@tappet/core';
import { type MonitCommandContext, UsageProblem } from './context.ts';
import { check, convertFile, explainFile, procmatch } from './files.ts';
import { act, report, status, validate } from './daemon.ts';

const USAGE = 2;

const HELP = `tappet monit: rules in the monit language

On control files, without a supervisor:
  check [--strict] FILE…          verdict, every mistake, and what has no effect here; exit 0 accepted, 1 not
  explain FILE                    each rule in one plain sentence
  convert FILE                    the equivalent services.toml
  rehearse [--cycles N] FILE      run the checks, log what would be done, and do nothing
  procmatch PATTERN               the processes that a pattern matches

Of the running supervisor (-g GROUP for a group, --json for status and summary):
  status [NAME…]                  every figure
  summary [NAME…]                 a table
  report [up|down|initialising|unmonitored|total]
  validate                        run a cycle now
  monitor|unmonitor NAME…|all     switch checking on or off
  start|stop|restart NAME…|all    what is watched; a service of ours goes through its supervisor

Options: --socket PATH, --config FILE, --project NAME choose the supervisor.
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

/** `tappet monit …`: 0 done, 1 not accepted or failed, 2 the command line is wrong. */
export async function runMonit(context: MonitCommandContext): Promise<number> {
  const { args, io } = context;
  const [verb, ...words] = args;
  if (verb === undefined || verb === 'help' || args.includes('--help') || args.includes('-h')) {
    io.out(HELP);
    return verb === undefined ? USAGE : 0;
  }
  const run = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (run === undefined) {
    const hint = didYouMean(verb, Object.keys(VERBS));
    io.err(`tappet monit: there is no "${verb}"${hint === undefined ? '' : `; ${hint}`}\n`);
    return USAGE;
  }
  try {
    return await run(context, words);
  } catch (error) {
    if (!(error instanceof UsageProblem)) throw error;
    io.err(`tappet monit ${verb}: ${error.message}\n`);
    return USAGE;
  }
}
