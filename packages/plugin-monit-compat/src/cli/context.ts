/** What a command needs of the command line: the part of the CLI's `CliCommandContext` that is used here. */
export interface MonitCommandContext {
  readonly args: readonly string[];
  /** `-c FILE`: the control file that is meant. */
  readonly file?: string | undefined;
  readonly io: { out(text: string): void; err(text: string): void; readonly cwd: string };
  connect(which?: {
    socket?: string | undefined;
    config?: string | undefined;
    project?: string | undefined;
  }): Promise<MonitClient>;
}

/** The part of the control client that is used. */
export interface MonitClient {
  call(plugin: string, method: string, params?: object): Promise<unknown>;
}

/** The words of a verb, taken apart. */
export interface Words {
  /** Everything that is no option. */
  readonly names: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
}

/** A wrong command line; the message is for people. */
export class UsageProblem extends Error {}

/** Takes words apart. Options with a value are written `--name VALUE` or `--name=VALUE`. Throws a {@link UsageProblem}. */
export function takeApart(
  words: readonly string[],
  known: { flags: readonly string[]; values: readonly string[] },
): Words {
  const names: string[] = [];
  const flags = new Set<string>();
  const values = new Map<string, string>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!word.startsWith('-') || word === '-') {
      names.push(word);
      continue;
    }
    const [, key = '', inline] = /^-{1,2}([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (known.flags.includes(key) && inline === undefined) flags.add(key);
    else if (known.values.includes(key)) {
      const value = inline ?? words[++at];
      if (value === undefined) throw new UsageProblem(`the option ${word} needs a value`);
      values.set(key, value);
    } else throw new UsageProblem(`there is no option ${word} for this command; "tappet monit --help" lists them`);
  }
  return { names, flags, values };
}
