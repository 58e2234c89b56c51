import { homedir } from 'node:os';
import { readdirSync, type Stats, statSync } from 'node:fs';
import { type Accounts, systemAccounts } from '../names/accounts.ts';
import { fromBytes, toPath } from '../names/byte-text.ts';
import { glob, type GlobMatch } from '../names/glob.ts';
import { reasonOf } from '../names/system-error.ts';
import { readConfigFile } from './config-file.ts';
import { checkOldDirectory, type OldDirectoryCheck } from './old-directory.ts';
import { parseText } from './parse.ts';
import type { Report, Reporter } from './report.ts';
import type { LogBlock, RotationRules } from './rules.ts';
import { DEFAULT_TABOO, tabooPattern } from './taboo.ts';

/** What reading a configuration touches outside of the text; replaced in tests and where no file may be touched. */
export interface SessionOptions {
  readonly report?: Reporter;
  readonly accounts?: Accounts;
  /** Nothing is created while reading: `createolddir` waits. */
  readonly isDryRun?: boolean;
  /** Replaces the look at `olddir`; returns what is wrong with it. */
  readonly checkOldDirectory?: OldDirectoryCheck;
  /** Replaces the search for the files behind a name. */
  readonly glob?: (pattern: string) => readonly GlobMatch[];
}

/** Everything gathered while the files of one command line are read. */
export class Session {
  readonly accounts: Accounts;
  /** Patterns of names that included directories leave out. */
  taboo: readonly string[] = DEFAULT_TABOO;
  /** An error occurred that makes the program fail in the end. */
  hasFailed = false;
  readonly #report: Reporter;
  readonly #glob: (pattern: string) => readonly GlobMatch[];
  readonly #checkOldDirectory: OldDirectoryCheck;
  readonly #slots: (LogBlock | undefined)[] = [];
  /** Which block has a file. */
  readonly #owners = new Map<string, number>();

  constructor({ report = () => {}, accounts = systemAccounts(), isDryRun = false, ...options }: SessionOptions = {}) {
    this.accounts = accounts;
    this.#report = report;
    this.#glob = options.glob ?? glob;
    this.#checkOldDirectory =
      options.checkOldDirectory ?? ((block) => checkOldDirectory({ ...block, isDryRun, report }));
  }

  /** The finished blocks in the order in which they were opened. */
  get blocks(): readonly LogBlock[] {
    return this.#slots.filter((block) => block !== undefined);
  }

  report(report: Report): void {
    this.#report(report);
  }

  /** An error that makes the program fail in the end. */
  fail(report: Omit<Report, 'level'>): void {
    this.hasFailed = true;
    this.#report({ level: 'error', ...report });
  }

  checkOldDirectory(block: { files: readonly string[]; rules: RotationRules }): string | undefined {
    return this.#checkOldDirectory(block);
  }

  /** Keeps the place of a block that is still being read. */
  reserve(): number {
    return this.#slots.push(undefined) - 1;
  }

  fill(slot: number, block: LogBlock): void {
    this.#slots[slot] = Object.freeze(block);
  }

  /** Gives up a block: its files may be named again. */
  release(slot: number, files: readonly string[]): void {
    this.#slots[slot] = undefined;
    for (const file of files) this.#owners.delete(file);
  }

  /**
   * The files behind the names of a block. A file that a block has already is left out when that block says
   * `ignoreduplicates`; otherwise it costs the rest of its name's files.
   */
  expandNames({
    slot,
    names,
    rules,
    place,
  }: {
    readonly slot: number;
    readonly names: readonly string[];
    readonly rules: RotationRules;
    readonly place: { readonly file: string; readonly line: number };
  }): readonly string[] {
    const files: string[] = [];
    for (const name of names) {
      for (const file of this.#expand(name)) {
        const owner = this.#owners.get(file);
        if (owner === undefined) {
          this.#owners.set(file, slot);
          files.push(file);
        } else if ((this.#slots[owner]?.rules ?? rules).ignoreDuplicates) {
          this.#report({ level: 'debug', message: `ignore duplicate log entry for ${file}`, ...place });
        } else {
          this.fail({ message: `duplicate log entry for ${file}`, ...place });
          break;
        }
      }
    }
    return files;
  }

  /** Reads a file or the files of a directory; returns the rules in force at their end. */
  include({ path, rules, depth }: { path: string; rules: RotationRules; depth: number }): RotationRules {
    const target = this.#expandHome(path);
    const stat = this.#stat(target);
    if (stat === undefined) return rules;
    if (!stat.isDirectory()) return this.#readFile({ path: target, rules, depth });
    let current = rules;
    for (const name of this.#configNames(target)) {
      current = this.#readFile({ path: `${target.replace(/\/+$/, '')}/${name}`, rules: current, depth });
    }
    return current;
  }

  #readFile({ path, rules, depth }: { path: string; rules: RotationRules; depth: number }): RotationRules {
    const read = readConfigFile(path);
    if ('warning' in read && read.warning !== undefined) this.report({ level: 'warning', message: read.warning });
    if ('ignored' in read) {
      this.report({ level: 'debug', message: read.ignored });
      return rules;
    }
    if ('problem' in read) {
      this.fail({ message: read.problem });
      return rules;
    }
    this.report({ level: 'debug', message: `reading config file ${path}` });
    const result = parseText(this, { text: read.text, file: path, rules, depth });
    if (result.isBroken && depth > 0) this.report({ level: 'error', message: `found error in file ${path}, skipping` });
    return result.rules;
  }

  #configNames(directory: string): string[] {
    let names: string[];
    try {
      names = readdirSync(toPath(directory), { encoding: 'buffer' }).map(fromBytes);
    } catch (error) {
      this.fail({ message: `cannot open directory ${directory}: ${reasonOf(error)}` });
      return [];
    }
    return names.filter((name) => this.#isConfigName(directory, name)).sort((a, b) => (a < b ? -1 : 1));
  }

  #isConfigName(directory: string, name: string): boolean {
    const taboo = tabooPattern(name, this.taboo);
    if (taboo !== undefined) {
      this.report({ level: 'debug', message: `Ignoring ${name}, because of ${taboo} pattern match` });
      return false;
    }
    const isFile = statSync(toPath(`${directory}/${name}`), { throwIfNoEntry: false })?.isFile() ?? false;
    if (!isFile) this.report({ level: 'debug', message: `Ignoring ${name} because it's not a regular file.` });
    return isFile;
  }

  #stat(path: string): Stats | undefined {
    try {
      return statSync(toPath(path));
    } catch (error) {
      this.fail({ message: `cannot stat ${path}: ${reasonOf(error)}` });
      return undefined;
    }
  }

  /** The files a name stands for, directories left out; the name itself when there is none. */
  #expand(name: string): readonly string[] {
    const found = this.#glob(this.#expandTilde(name));
    if (found.length === 0) return [name];
    return found.flatMap(({ path, isDirectory }) => (isDirectory ? [] : [path]));
  }

  #expandTilde(name: string): string {
    const match = /^~([^/]*)(.*)$/s.exec(name);
    if (match === null) return name;
    const [, user = '', rest = ''] = match;
    const home = user === '' ? homedir() : this.accounts.user(user)?.home;
    return home === undefined ? name : home.replace(/[\\*?[]/g, String.raw`\$&`) + rest;
  }

  #expandHome(path: string): string {
    return path.startsWith('~/') ? homedir() + path.slice(1) : path;
  }
}
