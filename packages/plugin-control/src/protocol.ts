import type { OutputStream } from '@tappet/core';
import type { IntentAction, IntentResult, SupervisorEvent, SupervisorStatus } from '@tappet/core';

/** What became of a request for one service. `accepted`: nobody waited for the end of it. */
export interface OperationResult {
  readonly service: string;
  readonly outcome: IntentResult['outcome'] | 'accepted';
  readonly message: string;
}

/** Body of `POST /v1/services/{start,stop,restart,signal}`. */
export interface OperationRequest {
  /** Names of services; the common name of several instances stands for all of them. */
  readonly names?: readonly string[];
  /** Every enabled service. Excludes `names`. */
  readonly all?: boolean;
  /** For `signal`: with or without SIG. */
  readonly signal?: string;
  /** Recorded as the reason, shown by `why`. */
  readonly reason?: string;
  /** False: answer at once instead of when it is done. Default true. */
  readonly wait?: boolean;
}

/** Answer to an {@link OperationRequest}, in the order in which the services were handled. */
export interface OperationReport {
  readonly action: IntentAction;
  readonly results: readonly OperationResult[];
}

/** A line of `GET /v1/events`. */
export type EventLine =
  | SupervisorEvent
  /** The first line of a followed stream: everything up to event `seq`. */
  | { readonly type: 'snapshot'; readonly seq: number; readonly status: SupervisorStatus }
  /** The reader was too slow: so many events are missing here. */
  | { readonly type: 'dropped'; readonly events: number };

/** A line of `GET /v1/logs`: bytes of one service, as text when they are valid UTF-8. */
export type LogLine =
  | { readonly service: string; readonly stream: OutputStream; readonly text: string }
  | { readonly service: string; readonly stream: OutputStream; readonly base64: string }
  /** The reader was too slow: so many bytes are missing here. */
  | { readonly type: 'dropped'; readonly bytes: number };

/** What `GET /v1/logs` sends. */
export interface LogsRequest {
  /** Empty or absent: every service. */
  readonly names?: readonly string[];
  /** At most this many of the last lines of each service. Default: everything that is kept, at most 64 KiB each. */
  readonly lines?: number;
  /** Go on with what comes. */
  readonly follow?: boolean;
}

/** What `GET /v1/events` sends. */
export interface EventsRequest {
  /** At most this many of the last events. Default: all that are kept (256), none when following. */
  readonly recent?: number;
  /** A snapshot first, then what comes. */
  readonly follow?: boolean;
}

/** Body of an answer with a status of 400 or more. */
export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  /** Of a refused configuration: every issue. */
  readonly issues?: readonly unknown[] | undefined;
}
