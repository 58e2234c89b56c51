import type { AlertSetting, MailFormat, Onreboot, TlsOptions } from './ast.ts';
import type { Place } from './place.ts';

export interface MailServer {
  readonly host: string;
  readonly port: number | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: TlsOptions | undefined;
}

/** Who may use the status pages. `login` carries a clear-text password as the file does. */
export type HttpdAllow =
  | { readonly kind: 'login'; readonly user: string; readonly password: string; readonly readOnly: boolean }
  | { readonly kind: 'pam-group'; readonly group: string; readonly readOnly: boolean }
  | { readonly kind: 'htpasswd'; readonly path: string; readonly scheme: string; readonly users: readonly string[] }
  | { readonly kind: 'host'; readonly address: string };

export interface HttpdSetting {
  readonly at: Place;
  readonly port: number | undefined;
  readonly address: string | undefined;
  readonly socket:
    { readonly path: string; readonly uid?: number; readonly gid?: number; readonly mode?: number } | undefined;
  readonly readOnly: boolean;
  readonly signature: boolean;
  readonly tls: TlsOptions | undefined;
  readonly allow: readonly HttpdAllow[];
}

/** Limits in bytes or milliseconds; the values of the reference program apply where the file says nothing. */
export interface Limits {
  readonly programOutput: number;
  readonly sendExpectBuffer: number;
  readonly fileContentBuffer: number;
  readonly httpContentBuffer: number;
  readonly networkTimeoutMs: number;
  readonly programTimeoutMs: number;
  readonly stopTimeoutMs: number;
  readonly startTimeoutMs: number;
  readonly restartTimeoutMs: number;
  readonly execTimeoutMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  programOutput: 512,
  sendExpectBuffer: 256,
  fileContentBuffer: 512,
  httpContentBuffer: 1_048_576,
  networkTimeoutMs: 5000,
  programTimeoutMs: 300_000,
  stopTimeoutMs: 30_000,
  startTimeoutMs: 30_000,
  restartTimeoutMs: 30_000,
  execTimeoutMs: 0,
};

/** Everything the `set` statements of a control file say. */
export interface Settings {
  /** Undefined: the file names no poll time. */
  readonly pollSeconds: number | undefined;
  readonly startDelaySeconds: number;
  readonly foreground: boolean;
  readonly log:
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'syslog'; readonly facility: string | undefined }
    | undefined;
  readonly pidfile: string | undefined;
  readonly idfile: string | undefined;
  readonly statefile: string | undefined;
  readonly httpd: HttpdSetting | undefined;
  readonly mailServers: readonly MailServer[];
  readonly mailTimeoutMs: number;
  readonly mailHostname: string | undefined;
  readonly mailFormat: MailFormat;
  readonly alerts: readonly AlertSetting[];
  readonly eventQueue: { readonly directory: string | undefined; readonly slots: number | undefined } | undefined;
  readonly mmonit: readonly { readonly at: Place; readonly url: string }[];
  readonly tls: TlsOptions | undefined;
  readonly limits: Limits;
  readonly onreboot: Onreboot;
  /** `set` statements that parse but have no effect here, as the file writes them. */
  readonly without: readonly { readonly at: Place; readonly what: string }[];
}

export const EMPTY_SETTINGS: Settings = {
  pollSeconds: undefined,
  startDelaySeconds: 0,
  foreground: false,
  log: undefined,
  pidfile: undefined,
  idfile: undefined,
  statefile: undefined,
  httpd: undefined,
  mailServers: [],
  mailTimeoutMs: 5000,
  mailHostname: undefined,
  mailFormat: {},
  alerts: [],
  eventQueue: undefined,
  mmonit: [],
  tls: undefined,
  limits: DEFAULT_LIMITS,
  onreboot: 'start',
  without: [],
};
