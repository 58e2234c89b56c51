import type { CronSpec } from './cron.ts';
import type { Place } from './place.ts';

/** The types of service that a control file knows. */
export type ServiceType =
  'process' | 'file' | 'directory' | 'fifo' | 'filesystem' | 'host' | 'system' | 'program' | 'network';

export type Operator = '>' | '<' | '>=' | '<=' | '=' | '!=';

/** A program with its arguments. `uid`/`gid` are numbers, undefined when not given. No shell is involved. */
export interface Command {
  readonly argv: readonly string[];
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/** A start, stop or restart program. `timeoutMs` is undefined when the file names none. */
export interface Method extends Command {
  readonly at: Place;
  readonly timeoutMs: number | undefined;
}

/** `count` samples of one class among the last `cycles` samples. */
export interface Rate {
  readonly count: number;
  readonly cycles: number;
}

export type Action =
  | { readonly kind: 'alert' | 'restart' | 'start' | 'stop' | 'unmonitor' | 'ignore' }
  | { readonly kind: 'exec'; readonly command: Command; readonly repeatEvery: number; readonly timeoutMs?: number };

export type ResourceUnit = 'percent' | 'bytes' | 'count' | 'bytesPerSecond' | 'operationsPerSecond';

/** A figure of a process or of the system that is compared with a limit. */
export type ResourceMetric =
  | 'cpu'
  | 'totalCpu'
  | 'memory'
  | 'totalMemory'
  | 'swap'
  | 'children'
  | 'threads'
  | 'fileDescriptors'
  | 'totalFileDescriptors'
  | 'loadavg1'
  | 'loadavg5'
  | 'loadavg15'
  | 'diskRead'
  | 'diskWrite'
  | CpuPart;

export type CpuPart =
  | 'cpuUser'
  | 'cpuSystem'
  | 'cpuWait'
  | 'cpuNice'
  | 'cpuHardirq'
  | 'cpuSoftirq'
  | 'cpuSteal'
  | 'cpuGuest'
  | 'cpuGuestnice';

export interface ResourceTest {
  readonly kind: 'resource';
  readonly metric: ResourceMetric;
  readonly operator: Operator;
  /** In the base unit: percent, bytes, a count. */
  readonly limit: number;
  readonly unit: ResourceUnit;
  readonly perCore: boolean;
}

export interface HttpOptions {
  readonly username?: string;
  readonly password?: string;
  readonly request?: string;
  readonly method?: 'GET' | 'HEAD';
  readonly status?: { readonly operator: Operator; readonly value: number };
  readonly checksum?: string;
  readonly hostHeader?: string;
  readonly headers?: readonly string[];
}

export interface TlsOptions {
  readonly version?: string;
  readonly verify?: boolean;
  readonly selfSigned?: boolean;
  readonly ciphers?: string;
  readonly files: Readonly<Record<string, string>>;
}

/** A probe of a TCP or UDP port, a unix socket, or a URL (which is an HTTP probe). */
export interface ConnectionTest {
  readonly kind: 'connection';
  readonly target: { readonly host: string | undefined; readonly port: number } | { readonly socket: string };
  readonly transport: 'tcp' | 'udp';
  readonly family: 'any' | 'ipv4' | 'ipv6';
  readonly sourceAddress: string | undefined;
  /** Undefined: connecting is enough. */
  readonly protocol: string | undefined;
  readonly protocolOptions: Readonly<Record<string, string | number>>;
  readonly apacheLimits: readonly { readonly name: string; readonly operator: Operator; readonly percent: number }[];
  readonly http: HttpOptions;
  readonly content: readonly { readonly negated: boolean; readonly pattern: string }[];
  readonly dialogue: readonly { readonly kind: 'send' | 'expect'; readonly text: string }[];
  readonly tls: TlsOptions | undefined;
  readonly certificate: { readonly checksum?: string; readonly validDays?: number };
  readonly timeoutMs: number;
  readonly responseTime: { readonly operator: Operator; readonly ms: number } | undefined;
  /** Attempts in total within one cycle. */
  readonly attempts: number;
}

export interface PingTest {
  readonly kind: 'ping';
  readonly family: 'any' | 'ipv4' | 'ipv6';
  readonly count: number;
  readonly size: number;
  readonly timeoutMs: number;
  readonly sourceAddress: string | undefined;
  readonly responseTime: { readonly operator: Operator; readonly ms: number } | undefined;
}

export type Timestamp = 'timestamp' | 'atime' | 'ctime' | 'mtime';
export type ChangedSubject =
  | 'pid'
  | 'ppid'
  | 'checksum'
  | 'permission'
  | 'size'
  | Timestamp
  | 'fsflags'
  | 'status'
  | 'link'
  | 'content'
  | 'hardlink';

export type Test =
  | { readonly kind: 'exist'; readonly wanted: 'missing' | 'present' }
  | ResourceTest
  | ConnectionTest
  | PingTest
  | { readonly kind: 'changed'; readonly subject: ChangedSubject; readonly algorithm?: HashAlgorithm }
  | {
      readonly kind: 'owner';
      readonly who: 'uid' | 'euid' | 'gid';
      readonly id: number | undefined;
      readonly name: string;
    }
  | { readonly kind: 'permission'; readonly mode: number }
  | { readonly kind: 'security'; readonly attribute: string }
  | { readonly kind: 'uptime'; readonly operator: Operator; readonly seconds: number }
  | { readonly kind: 'timestamp'; readonly which: Timestamp; readonly operator: Operator; readonly seconds: number }
  | { readonly kind: 'checksum'; readonly algorithm: HashAlgorithm; readonly expected: string | undefined }
  | { readonly kind: 'size'; readonly operator: Operator; readonly bytes: number }
  | { readonly kind: 'hardlink'; readonly operator: Operator; readonly count: number }
  | { readonly kind: 'content'; readonly negated: boolean; readonly pattern: string }
  | {
      readonly kind: 'space' | 'inode';
      readonly free: boolean;
      readonly operator: Operator;
      readonly limit: number;
      readonly unit: 'percent' | 'bytes' | 'count';
    }
  | {
      readonly kind: 'io';
      readonly direction: 'read' | 'write';
      readonly operator: Operator;
      readonly limit: number;
      readonly unit: 'bytesPerSecond' | 'operationsPerSecond';
    }
  | { readonly kind: 'serviceTime'; readonly operator: Operator; readonly ms: number }
  | { readonly kind: 'status'; readonly operator: Operator; readonly value: number }
  | { readonly kind: 'link'; readonly wanted: 'up' | 'down' | 'failed' }
  | { readonly kind: 'saturation'; readonly operator: Operator; readonly percent: number }
  | TransferTest;

export interface TransferTest {
  readonly kind: 'transfer';
  readonly direction: 'upload' | 'download';
  readonly unit: 'bytes' | 'packets';
  readonly operator: Operator;
  readonly limit: number;
  /** Undefined: a rate per second. Otherwise the total of the last so many seconds. */
  readonly windowSeconds: number | undefined;
}

export type HashAlgorithm = 'auto' | 'md5' | 'sha1' | 'sha256';

/** One `if` statement. `sense` is `succeeded` when the rule waits for a good result of a connection test. */
export interface Rule {
  readonly at: Place;
  readonly text: string;
  readonly test: Test;
  readonly sense: 'failed' | 'succeeded';
  readonly rate: Rate;
  readonly action: Action;
  readonly elseRate: Rate;
  readonly elseAction: Action;
  readonly hasElse: boolean;
  /** Resource tests of the same statement that the reference program drops: only the last one counts. */
  readonly dropped: readonly ResourceTest[];
  /** Judged the moment a sample exists instead of at the next poll. Not part of the language: set by inline rules. */
  readonly fast: boolean;
  /** True when the statement parses but nothing here can carry it out; `reason` says why. */
  readonly notEnforced: string | undefined;
}

export interface RestartLimit {
  readonly at: Place;
  readonly text: string;
  readonly restarts: number;
  readonly cycles: number;
  readonly action: Action;
}

export type Every =
  | { readonly kind: 'cycles'; readonly cycles: number }
  | { readonly kind: 'cron'; readonly spec: CronSpec; readonly negated: boolean };

export interface MailFormat {
  readonly from?: string;
  readonly replyTo?: string;
  readonly subject?: string;
  readonly message?: string;
}

/** Who is told about which events. `events` undefined means all of them. */
export interface AlertSetting {
  readonly at: Place;
  readonly address: string;
  readonly events: readonly string[] | undefined;
  readonly negated: boolean;
  readonly format: MailFormat;
  /** 0: no reminder. */
  readonly reminderCycles: number;
}

export type Onreboot = 'start' | 'nostart' | 'laststate';

export interface ServiceNode {
  readonly at: Place;
  readonly type: ServiceType;
  readonly name: string;
  readonly target: ServiceTarget;
  readonly start: Method | undefined;
  readonly stop: Method | undefined;
  readonly restart: Method | undefined;
  readonly rules: readonly Rule[];
  readonly restartLimits: readonly RestartLimit[];
  readonly ignoredContent: readonly { readonly negated: boolean; readonly pattern: string }[];
  readonly depends: readonly { readonly at: Place; readonly name: string }[];
  readonly groups: readonly string[];
  readonly every: Every | undefined;
  readonly mode: 'active' | 'passive';
  readonly onreboot: Onreboot | undefined;
  readonly alerts: readonly AlertSetting[];
  readonly noAlerts: readonly string[];
}

export type ServiceTarget =
  | { readonly kind: 'pidfile'; readonly path: string }
  | { readonly kind: 'matching'; readonly pattern: string }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'interface'; readonly name: string }
  | { readonly kind: 'program'; readonly command: Command; readonly timeoutMs: number }
  | { readonly kind: 'none' };
