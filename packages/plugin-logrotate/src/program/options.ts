/** What the command line asks for. */
export interface ProgramOptions {
  readonly configs: readonly string[];
  readonly isVerbose: boolean;
  readonly isDryRun: boolean;
  readonly isForced: boolean;
  readonly mailCommand: string;
  readonly stateFile: string;
  readonly logFile: string | undefined;
  readonly skipLock: boolean;
  readonly waitForLock: boolean;
}

/** Options, a text that was asked for instead, or a mistake with what to say about it. */
export type CommandLine =
  | { readonly kind: 'run'; readonly options: ProgramOptions }
  | { readonly kind: 'help' | 'usage' | 'version' | 'nothing' }
  | { readonly kind: 'mistake' | 'conflict'; readonly message: string };

const DEFAULTS: ProgramOptions = {
  configs: [],
  isVerbose: false,
  isDryRun: false,
  isForced: false,
  mailCommand: '/usr/bin/mail',
  stateFile: '/var/lib/logrotate/status',
  logFile: undefined,
  skipLock: false,
  waitForLock: false,
};

const FLAGS: Readonly<Record<string, Partial<ProgramOptions>>> = {
  debug: { isDryRun: true, isVerbose: true },
  force: { isForced: true },
  verbose: { isVerbose: true },
  'skip-state-lock': { skipLock: true },
  'wait-for-state-lock': { waitForLock: true },
};
const VALUES: Readonly<Record<string, (value: string) => Partial<ProgramOptions>>> = {
  mail: (mailCommand) => ({ mailCommand }),
  state: (stateFile) => ({ stateFile }),
  log: (logFile) => ({ logFile }),
};
const SHORT: Readonly<Record<string, string>> = {
  d: 'debug',
  f: 'force',
  m: 'mail',
  s: 'state',
  v: 'verbose',
  l: 'log',
  '?': 'help',
};
const TEXTS = ['help', 'usage', 'version'] as const;

/** Reads the words after the program's name. Options may stand anywhere; `--` ends them. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const words = expandShort(argv);
  let options = DEFAULTS;
  const configs: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') {
      configs.push(...words.slice(at + 1));
      break;
    }
    if (!word.startsWith('--')) {
      configs.push(word);
      continue;
    }
    const [name, inline] = splitOnce(word.slice(2));
    const text = TEXTS.find((candidate) => candidate === name);
    if (text !== undefined) return { kind: text };
    if (Object.hasOwn(FLAGS, name) && inline === undefined) {
      options = { ...options, ...FLAGS[name] };
    } else if (Object.hasOwn(VALUES, name)) {
      const value = inline ?? words[++at];
      if (value === undefined)
        return { kind: 'mistake', message: `logrotate: bad argument ${shown(word)}: missing argument` };
      options = { ...options, ...VALUES[name]?.(value) };
    } else {
      return { kind: 'mistake', message: `logrotate: bad argument ${shown(word)}: unknown option` };
    }
  }
  if (options.skipLock && options.waitForLock) {
    return {
      kind: 'conflict',
      message: 'logrotate: options --skip-state-lock and --wait-for-state-lock are mutually exclusive',
    };
  }
  return configs.length === 0 ? { kind: 'nothing' } : { kind: 'run', options: { ...options, configs } };
}

/** `-dfs FILE` as `--debug --force --state FILE`; an unknown letter stays, marked with both dashes. */
function expandShort(argv: readonly string[]): string[] {
  const words: string[] = [];
  for (const [index, word] of argv.entries()) {
    if (word === '--') return [...words, ...argv.slice(index)];
    if (!/^-[^-]/.test(word)) {
      words.push(word);
      continue;
    }
    for (let at = 1; at < word.length; at++) {
      const letter = word[at] ?? '';
      const name = Object.hasOwn(SHORT, letter) ? SHORT[letter] : undefined;
      words.push(`--${name ?? `-${letter}`}`);
      if (name === undefined || !Object.hasOwn(VALUES, name)) continue;
      const rest = word.slice(at + 1);
      if (rest !== '') words.push(rest.startsWith('=') ? rest.slice(1) : rest);
      break;
    }
  }
  return words;
}

function splitOnce(word: string): [string, string | undefined] {
  const at = word.indexOf('=');
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

function shown(word: string): string {
  return word.startsWith('---') ? word.slice(2) : word;
}
