import type { ServiceState } from '@tappet/core';
import type { CheckKind, CheckStatus } from './checks/index.ts';

/** One result as it is shown. */
export interface ResultReport {
  /** Wall clock, ISO 8601. */
  readonly time: string;
  readonly ok: boolean;
  readonly message: string;
  readonly durationMs: number;
  /** False for a failure within the time that a service has to come up. */
  readonly counted: boolean;
  /** The end of what a program wrote, for `exec`. */
  readonly output?: string;
}

/** One check of a service as it is shown. */
export interface CheckReport {
  readonly name: string;
  readonly kind: CheckKind;
  /** What is tried, without secrets: `http GET http://127.0.0.1:8080/ok`, or `heartbeat every 30 s`. */
  readonly probe: string;
  readonly status: CheckStatus;
  /** In a row. */
  readonly successes: number;
  readonly failures: number;
  readonly last: ResultReport | null;
  readonly lastFailure: ResultReport | null;
  /** Oldest first. */
  readonly history: readonly ResultReport[];
}

/** One service as it is shown. */
export interface ServiceHealth {
  readonly service: string;
  readonly state: ServiceState;
  readonly live: boolean;
  readonly ready: boolean;
  /** The checks, or the state, that keep it from being ready. */
  readonly waitingFor: readonly string[];
  /** Services that it fails because of. */
  readonly blamedOn: readonly string[];
  readonly checks: readonly CheckReport[];
}

/** The supervisor's health: that of every service that has checks. */
export interface HealthReport {
  readonly live: boolean;
  readonly ready: boolean;
  /** A shutdown is under way. */
  readonly draining: boolean;
  readonly services: readonly ServiceHealth[];
  readonly incidents: readonly {
    readonly root: string;
    readonly affected: readonly string[];
    readonly since: string;
  }[];
}
