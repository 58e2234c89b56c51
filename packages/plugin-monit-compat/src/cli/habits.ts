import { UsageProblem } from './context.ts';

/** A command line of monit's, brought into our order. */
export interface MonitWords {
  /** Undefined: none is given. */
  readonly verb: string | undefined;
  readonly words: readonly string[];
  /** `-c FILE`. */
  readonly file: string | undefined;
  readonly wantsHelp: boolean;
}

/** Options without a meaning here, and what to do instead. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  '-d': 'the time between two cycles is "set daemon" in the control file, or poll in [plugins.monit-compat]',
  '-l': 'the log is that of the supervisor: "tappet up", "tappet events"',
  '-p': 'no pid file is written: "tappet status" finds the supervisor',
  '-s': 'what is not monitored is remembered in state_file of [plugins.monit-compat]',
  '-I': '"tappet up" stays in the foreground by itself',
  '-i': 'the id is a new one for each run, and read at /_getid',
  '-r': 'the id is a new one for each run',
  '-H': 'md5sum and sha1sum print the checksum of a file',
};

/** Verbs of the reference program that are commands of the supervisor here. */
export const VERBS_ELSEWHERE: Readonly<Record<string, string>> = {
  reload: 'tappet reload',
  quit: 'tappet down',
};

/** Options that change nothing: what is printed has neither colours nor frames, and says everything. */
const IDLE: ReadonlySet<string> = new Set(['-B', '-v', '-vv']);

/**
 * Options may stand in front of the verb, and `-t` is the verb `check`, as users of monit type it. Throws a {@link UsageProblem} that
 * names the way to go for an option without a meaning here.
 */
export function readHabits(args: readonly string[]): MonitWords {
  const words: string[] = [];
  let verb: string | undefined;
  let file: string | undefined;
  let wantsHelp = false;
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    const elsewhere = Object.hasOwn(ELSEWHERE, word) ? ELSEWHERE[word] : undefined;
    if (word === '-c') {
      file = args[++at];
      if (file === undefined) throw new UsageProblem('the option -c needs a file');
    } else if (word === '-g' || word === '--group') {
      words.push(word, ...args.slice(++at, at + 1));
    } else if (word === '-h' || word === '--help') wantsHelp = true;
    else if (word === '-t') verb ??= 'check';
    else if (IDLE.has(word)) continue;
    else if (elsewhere !== undefined) throw new UsageProblem(`the option ${word} has no meaning here: ${elsewhere}`);
    else if (verb === undefined && !word.startsWith('-')) verb = word;
    else words.push(word);
  }
  return { verb, words, file, wantsHelp };
}
