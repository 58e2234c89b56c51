import type { Accounts } from '../names/accounts.ts';
import { splitWords } from '../names/quoting.ts';
import { parseInteger, parseSize } from './numbers.ts';
import { type Parsed, parseOwnership, parseSwitchUser } from './ownership.ts';
import type { Criterion, RotationRules, ScriptName } from './rules.ts';

/** What a directive changes, and what `-v` says about it. */
export interface RuleChange {
  readonly rules: Partial<RotationRules>;
  readonly says?: readonly string[];
}

/** What reading an argument needs. */
export interface ArgumentContext {
  readonly accounts: Accounts;
}

/** How a directive continues after its word, and what it means. */
export type Directive =
  /** Nothing follows that belongs to it: the rest of the line is read on as if it were a new line. */
  | { readonly takes: 'nothing'; readonly change: Partial<RotationRules> }
  /** The rest of the line, which must not be empty. */
  | {
      readonly takes: 'value';
      /** Its name in `argument expected after …`. */
      readonly what: string;
      /** A missing value is reported, but costs nothing. */
      readonly isMissingHarmless?: boolean;
      readonly read: (text: string, context: ArgumentContext) => Parsed<RuleChange>;
    }
  /** The rest of the line, which may be empty. */
  | {
      readonly takes: 'rest';
      /** An error in it makes the rest of the file unusable, not only the block. */
      readonly isFatal?: boolean;
      readonly read: (text: string, context: ArgumentContext) => Parsed<RuleChange>;
    }
  /** A day or a count, where the next thing on the line is a number; otherwise nothing. */
  | { readonly takes: 'number'; readonly read: (count: number | undefined) => Parsed<RuleChange> }
  | { readonly takes: 'script'; readonly script: ScriptName }
  | { readonly takes: 'include' | 'tabooext' | 'taboopat' | 'deprecated' };

const flag = (change: Partial<RotationRules>): Directive => ({ takes: 'nothing', change });
const script = (name: ScriptName): Directive => ({ takes: 'script', script: name });
const every = (criterion: Criterion): Directive => flag({ criterion, hasCriterion: true });

/** Every word of the language. */
export const DIRECTIVES: Readonly<Record<string, Directive>> = Object.assign(Object.create(null) as object, {
  hourly: every({ kind: 'hourly' }),
  daily: every({ kind: 'daily' }),
  weekly: { takes: 'rest', isFatal: true, read: readWeekday },
  monthly: { takes: 'number', read: readMonthDay },
  yearly: every({ kind: 'yearly' }),
  minutes: count({ what: 'minutes', bad: 'minutes', least: 1, set: (n) => period({ kind: 'minutes', minutes: n }) }),
  size: size({ what: 'size', set: (bytes) => period({ kind: 'size', bytes }) }),
  minsize: size({ what: 'minsize', set: (minSize) => ({ minSize }) }),
  maxsize: size({ what: 'maxsize', set: (maxSize) => ({ maxSize }) }),
  minage: count({ what: 'minage count', bad: 'minimum age', set: (minAgeDays) => ({ minAgeDays }) }),
  maxage: count({ what: 'maxage count', bad: 'maximum age', set: (maxAgeDays) => ({ maxAgeDays }) }),
  rotate: count({ what: 'rotate count', bad: 'rotation count', least: -1, set: (rotate) => ({ rotate }) }),
  start: count({ what: 'start count', bad: 'start count', set: (start) => ({ start }) }),
  missingok: flag({ missingOk: true }),
  nomissingok: flag({ missingOk: false }),
  ifempty: flag({ ifEmpty: true }),
  notifempty: flag({ ifEmpty: false }),
  ignoreduplicates: flag({ ignoreDuplicates: true }),
  allowhardlink: flag({ allowHardlink: true }),
  noallowhardlink: flag({ allowHardlink: false }),
  create: { takes: 'rest', read: readCreate },
  nocreate: flag({ create: undefined }),
  olddir: path({ what: 'olddir', label: 'olddir', set: (oldDir) => ({ oldDir }) }),
  noolddir: flag({ oldDir: undefined }),
  createolddir: { takes: 'rest', read: readCreateOldDir },
  nocreateolddir: flag({ createOldDir: undefined }),
  su: { takes: 'rest', read: readSu },
  copy: flag({ copy: true }),
  nocopy: flag({ copy: false }),
  copytruncate: flag({ copyTruncate: true, renameCopy: false }),
  nocopytruncate: flag({ copyTruncate: false }),
  renamecopy: flag({ renameCopy: true, copyTruncate: false }),
  norenamecopy: flag({ renameCopy: false }),
  compress: flag({ compress: true }),
  nocompress: flag({ compress: false }),
  delaycompress: flag({ delayCompress: true }),
  nodelaycompress: flag({ delayCompress: false }),
  compresscmd: { takes: 'value', what: 'compress', read: readCompressCommand },
  uncompresscmd: path({
    what: 'uncompress',
    label: 'uncompress_prog',
    set: (uncompressCommand) => ({ uncompressCommand }),
  }),
  compressext: path({ what: 'compress-ext', label: 'compress_ext', set: (compressExt) => ({ compressExt }) }),
  compressoptions: { takes: 'rest', read: readCompressOptions },
  extension: text({ what: 'extension name', label: 'extension', set: (extension) => ({ extension }) }),
  addextension: text({ what: 'addextension name', label: 'addextension', set: (addExtension) => ({ addExtension }) }),
  dateext: flag({ dateExt: true }),
  nodateext: flag({ dateExt: false }),
  dateformat: { ...text({ what: 'dateformat', set: (dateFormat) => ({ dateFormat }) }), isMissingHarmless: true },
  dateyesterday: flag({ dateYesterday: true }),
  nodateyesterday: flag({ dateYesterday: false }),
  datehourago: flag({ dateHourAgo: true }),
  nodatehourago: flag({ dateHourAgo: false }),
  mail: { takes: 'value', what: 'mail', read: readMail },
  nomail: flag({ mail: undefined }),
  mailfirst: flag({ mailFirst: true }),
  maillast: flag({ mailFirst: false }),
  shred: flag({ shred: true }),
  noshred: flag({ shred: false }),
  shredcycles: count({ what: 'shred cycles', bad: 'shred cycles', set: (shredCycles) => ({ shredCycles }) }),
  sharedscripts: flag({ sharedScripts: true }),
  nosharedscripts: flag({ sharedScripts: false }),
  prerotate: script('prerotate'),
  postrotate: script('postrotate'),
  preremove: script('preremove'),
  firstaction: script('firstaction'),
  lastaction: script('lastaction'),
  include: { takes: 'include' },
  tabooext: { takes: 'tabooext' },
  taboopat: { takes: 'taboopat' },
  errors: { takes: 'deprecated' },
} satisfies Record<string, Directive>);

/** Endings that known compressors give their output. */
const ENDINGS: Readonly<Record<string, string>> = {
  gzip: '.gz',
  bzip2: '.bz2',
  xz: '.xz',
  zstd: '.zst',
  compress: '.Z',
  zip: '.zip',
};

type ValueDirective = Extract<Directive, { takes: 'value' }>;

function period(criterion: Criterion): Partial<RotationRules> {
  return { criterion, hasCriterion: true };
}

function count({
  what,
  bad,
  least = 0,
  set,
}: {
  what: string;
  bad: string;
  least?: number;
  set: (count: number) => Partial<RotationRules>;
}): ValueDirective {
  return {
    takes: 'value',
    what,
    read(value) {
      const number = parseInteger(value);
      return number === undefined || number < least
        ? { problem: `bad ${bad} '${value}'` }
        : { value: { rules: set(number) } };
    },
  };
}

function size({ what, set }: { what: string; set: (bytes: number) => Partial<RotationRules> }): ValueDirective {
  return {
    takes: 'value',
    what,
    isMissingHarmless: true,
    read(value) {
      const parsed = parseSize(value);
      return 'problem' in parsed ? parsed : { value: { rules: set(parsed.bytes) } };
    },
  };
}

interface TextDirective {
  readonly what: string;
  readonly label?: string;
  readonly set: (text: string) => Partial<RotationRules>;
}

function text({ what, label, set }: TextDirective): ValueDirective {
  return {
    takes: 'value',
    what,
    read: (value) => ({
      value: { rules: set(value), ...(label === undefined ? {} : { says: [`${label} is now ${value}`] }) },
    }),
  };
}

function path(directive: TextDirective): ValueDirective {
  const plain = text(directive);
  return {
    ...plain,
    read: (value, context) =>
      isOneWord(value) ? plain.read(value, context) : { problem: `bad ${directive.what} path ${value}` },
  };
}

function isOneWord(value: string): boolean {
  return !/\s/.test(value);
}

function readWeekday(rest: string): Parsed<RuleChange> {
  const value = rest.trim();
  if (!/^[0-7]?$/.test(value)) return { problem: `bad weekly directive '${rest}'` };
  return { value: { rules: period({ kind: 'weekly', weekday: Number(value) }) } };
}

function readMonthDay(day: number | undefined): Parsed<RuleChange> {
  if (day !== undefined && (day < 1 || day > 31)) return { problem: `bad monthly directive '${day}'` };
  return { value: { rules: period(day === undefined ? { kind: 'monthly' } : { kind: 'monthly', day }) } };
}

function readCreate(rest: string, { accounts }: ArgumentContext): Parsed<RuleChange> {
  const parsed = parseOwnership({ text: rest, accounts, directive: 'create' });
  return 'problem' in parsed ? parsed : { value: { rules: { create: parsed.value } } };
}

function readCreateOldDir(rest: string, { accounts }: ArgumentContext): Parsed<RuleChange> {
  const parsed = parseOwnership({ text: rest, accounts, directive: 'createolddir' });
  return 'problem' in parsed ? parsed : { value: { rules: { createOldDir: { mode: 0o755, ...parsed.value } } } };
}

function readSu(rest: string, { accounts }: ArgumentContext): Parsed<RuleChange> {
  const parsed = parseSwitchUser(rest, accounts);
  return 'problem' in parsed ? parsed : { ...parsed, value: { rules: { su: parsed.value } } };
}

function readCompressCommand(value: string): Parsed<RuleChange> {
  if (!isOneWord(value)) return { problem: `bad compress path ${value}` };
  const ending = Object.hasOwn(ENDINGS, basename(value)) ? ENDINGS[basename(value)] : undefined;
  const says = [`compress_prog is now ${value}`];
  if (ending === undefined) return { value: { rules: { compressCommand: value }, says } };
  says.push(`compress_ext was changed to ${ending}`);
  return { value: { rules: { compressCommand: value, compressExt: ending }, says } };
}

function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function readCompressOptions(rest: string): Parsed<RuleChange> {
  const compressOptions = splitWords(rest);
  if (compressOptions === undefined || compressOptions.length === 0) return { problem: 'invalid compression options' };
  return { value: { rules: { compressOptions }, says: [`compress_options is now ${rest}`] } };
}

function readMail(value: string): Parsed<RuleChange> {
  return isOneWord(value) ? { value: { rules: { mail: value } } } : { problem: `bad mail address ${value}` };
}
