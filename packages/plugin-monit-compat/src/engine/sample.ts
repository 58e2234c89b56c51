import type { ResourceMetric, Timestamp } from '../language/ast.ts';

/**
 * What one look at a service found. Nothing in it is about rules, except the answers of probes, which stand under the
 * position of their rule. A field that is undefined could not be read or is still being measured: its rules get no
 * sample this time.
 */
export interface Sample {
  readonly presence: Presence;
  /** Why the presence is what it is, when that needs words. */
  readonly reason?: string;
  readonly facts: Facts;
  readonly probes?: ReadonlyMap<number, ProbeAnswer>;
}

/** `invalid`: a node of the wrong type. `unreadable`: it exists, but its data cannot be read. */
export type Presence = 'present' | 'missing' | 'zombie' | 'invalid' | 'unreadable';

/** Outcome of a port, socket, URL or ping probe. */
export interface ProbeAnswer {
  readonly ok: boolean;
  readonly detail: string;
  readonly responseMs?: number;
}

/** Pid and start time in clock ticks since boot: no number alone says which process it is. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTicks: number;
}

export interface Usage {
  readonly total: number;
  readonly used: number;
  /** What an ordinary user may still take. */
  readonly free: number;
  readonly usedPercent: number;
  readonly freePercent: number;
}

export interface Facts {
  readonly identity?: ProcessIdentity;
  readonly ppid?: number;
  readonly uid?: number;
  readonly euid?: number;
  readonly gid?: number;
  readonly mode?: number;
  readonly uptimeSeconds?: number;
  readonly resources?: Readonly<Partial<Record<ResourceMetric, number>>>;
  /** The same figures as a share of what there is, for those that know one. */
  readonly shares?: Readonly<Partial<Record<ResourceMetric, number>>>;
  readonly cores?: number;
  /** Seconds since the epoch. `timestamp` is the later of change and modification. */
  readonly times?: Readonly<Record<Timestamp, number>>;
  readonly sizeBytes?: number;
  readonly hardlinks?: number;
  readonly checksums?: Readonly<Partial<Record<'md5' | 'sha1' | 'sha256', string>>>;
  /** Complete lines that appeared since the last look, or the output of a program. */
  readonly lines?: readonly string[];
  readonly space?: Usage;
  readonly inodes?: Usage;
  readonly flags?: string;
  readonly io?: {
    readonly readBytes: number;
    readonly writeBytes: number;
    readonly reads: number;
    readonly writes: number;
    readonly serviceTimeMs: number;
  };
  readonly status?: number;
  readonly link?: LinkFacts;
}

export interface LinkFacts {
  readonly isUp: boolean;
  /** Bits per second and duplex; undefined where the driver does not say. */
  readonly speed?: number | undefined;
  readonly duplex?: string | undefined;
  readonly saturationPercent?: number | undefined;
  /** Per second, under `upload:bytes` and the like. */
  readonly rates?: Readonly<Record<string, number>>;
  /** Within a window, under `upload:bytes:3600` and the like. */
  readonly totals?: Readonly<Record<string, number>>;
}
