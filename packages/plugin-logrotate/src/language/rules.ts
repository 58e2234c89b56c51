/** When a log is due. The last criterion of a block wins. */
export type Criterion =
  | { readonly kind: 'size'; readonly bytes: number }
  | { readonly kind: 'hourly' | 'daily' | 'yearly' }
  /** 0 is Sunday; 7 means every seven days, whatever the day. */
  | { readonly kind: 'weekly'; readonly weekday: number }
  /** Without a day: on the first run in a month. */
  | { readonly kind: 'monthly'; readonly day?: number }
  | { readonly kind: 'minutes'; readonly minutes: number };

/** What is set for a new file or directory; absent parts are taken over from the old one. */
export interface Ownership {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** The account that the files of a block are handled as. */
export interface SwitchUser {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
}

/** The five places where a block can run a shell script. */
export type ScriptName = 'prerotate' | 'postrotate' | 'preremove' | 'firstaction' | 'lastaction';

/** Everything that a block says about its logs. Immutable: a directive makes a new value. */
export interface RotationRules {
  readonly criterion: Criterion;
  /** Whether a directive named the criterion; only then is replacing it worth a note. */
  readonly hasCriterion: boolean;
  readonly minSize: number;
  /** 0: no limit. */
  readonly maxSize: number;
  readonly minAgeDays: number;
  /** 0: no limit. */
  readonly maxAgeDays: number;
  /** Old logs to keep; -1 keeps all. */
  readonly rotate: number;
  readonly start: number;
  readonly missingOk: boolean;
  readonly ifEmpty: boolean;
  readonly ignoreDuplicates: boolean;
  readonly allowHardlink: boolean;
  /** Undefined: no new log is created. */
  readonly create: Ownership | undefined;
  readonly oldDir: string | undefined;
  readonly createOldDir: Ownership | undefined;
  readonly su: SwitchUser | undefined;
  readonly copy: boolean;
  readonly copyTruncate: boolean;
  readonly renameCopy: boolean;
  readonly compress: boolean;
  readonly delayCompress: boolean;
  readonly compressCommand: string;
  readonly uncompressCommand: string;
  /** Undefined: the program's default. */
  readonly compressOptions: readonly string[] | undefined;
  readonly compressExt: string;
  readonly extension: string | undefined;
  readonly addExtension: string | undefined;
  readonly dateExt: boolean;
  readonly dateFormat: string | undefined;
  readonly dateYesterday: boolean;
  readonly dateHourAgo: boolean;
  readonly mail: string | undefined;
  readonly mailFirst: boolean;
  readonly shred: boolean;
  /** 0: the default of shred. */
  readonly shredCycles: number;
  readonly sharedScripts: boolean;
  readonly scripts: Readonly<Partial<Record<ScriptName, string>>>;
}

/** What holds before the first directive. */
export const DEFAULT_RULES: RotationRules = Object.freeze({
  criterion: { kind: 'size', bytes: 1024 * 1024 },
  hasCriterion: false,
  minSize: 0,
  maxSize: 0,
  minAgeDays: 0,
  maxAgeDays: 0,
  rotate: 0,
  start: 1,
  missingOk: false,
  ifEmpty: true,
  ignoreDuplicates: false,
  allowHardlink: false,
  create: undefined,
  oldDir: undefined,
  createOldDir: undefined,
  su: undefined,
  copy: false,
  copyTruncate: false,
  renameCopy: false,
  compress: false,
  delayCompress: false,
  compressCommand: '/bin/gzip',
  uncompressCommand: '/bin/gunzip',
  compressOptions: undefined,
  compressExt: '.gz',
  extension: undefined,
  addExtension: undefined,
  dateExt: false,
  dateFormat: undefined,
  dateYesterday: false,
  dateHourAgo: false,
  mail: undefined,
  mailFirst: false,
  shred: false,
  shredCycles: 0,
  sharedScripts: false,
  scripts: {},
} satisfies RotationRules);

/** A block of a configuration file: the names as written, the files they stood for, and the rules for them. */
export interface LogBlock {
  /** The names as written before the brace, comments taken out. Shared scripts get this text. */
  readonly pattern: string;
  /** Paths to look after, in order. A name that matched nothing stands here as written. */
  readonly files: readonly string[];
  readonly rules: RotationRules;
  readonly source: { readonly file: string; readonly line: number };
}
