/** How a service's end is understood: runs for good, runs to its end, or puts itself into the background. */
export type ServiceType = 'simple' | 'oneshot' | 'forking';

/** When a dependency counts as satisfied. `default` is the short form, which accepts a failed optional dependency. */
export type DependencyCondition = 'default' | 'started' | 'ready' | 'completed' | 'succeeded';

/** One edge of the dependency graph. */
export interface Dependency {
  readonly service: string;
  readonly condition: DependencyCondition;
  /** Pause after the dependency was satisfied, counted from that moment. Default 0. */
  readonly waitAfterMs: number;
}

/** What happens after an end that nobody asked for. */
export interface RestartPolicy {
  readonly policy: 'never' | 'on-failure' | 'always';
  /** Pause before the first restart. Default 500. */
  readonly delayMs: number;
  /** Each further pause is this much longer. Default 2. */
  readonly factor: number;
  /** Longest pause. Default 30,000. */
  readonly maxDelayMs: number;
  /** Share of the pause that is random, 0 to 1. Default 0.1. */
  readonly jitter: number;
  /** Restarts in a row after which the next failure is final; 0 means no limit. Default 10. */
  readonly maxAttempts: number;
  /** Time in RUNNING after which failures are forgotten. Default 30,000. */
  readonly resetAfterMs: number;
}

/** A script around a service: text with an optional `#!` line, or the path of a file. */
export type Script =
  { readonly kind: 'inline'; readonly text: string } | { readonly kind: 'file'; readonly path: string };

/** Who gets the stop signal: the process group and all descendants, or the main process alone. */
export type KillMode = 'group' | 'process';

/** One service of a plan with every default filled in. Frozen. */
export interface ServiceSpec {
  readonly name: string;
  readonly type: ServiceType;
  /** Program: a path, or a name that is looked up in the service's PATH. */
  readonly command: string;
  readonly args: readonly string[];
  readonly enabled: boolean;
  readonly required: boolean;
  readonly dependsOn: readonly Dependency[];
  readonly user: string | undefined;
  readonly group: string | undefined;
  /** File mode creation mask. Default 0o022. */
  readonly umask: number;
  /** Working directory, absolute. Default: the folder of the configuration file. */
  readonly cwd: string;
  /** Variables set for the service, env_file merged in, later wins. */
  readonly env: Readonly<Record<string, string>>;
  /** Names handed on from the supervisor's environment, `*` at the end matches the rest; `true` hands on everything. */
  readonly inheritEnv: readonly string[] | true;
  readonly preScript: Script | undefined;
  readonly posScript: Script | undefined;
  /** File that gets the output, absolute; undefined: the console or what a plugin decides. */
  readonly logFile: string | undefined;
  readonly restart: RestartPolicy;
  readonly stopSignal: NodeJS.Signals;
  /** Stop signal to SIGKILL. Default: `timeouts.serviceShutdownMs`. */
  readonly stopTimeoutMs: number;
  readonly killMode: KillMode;
  /** Spawn to ready; 0 means no limit. Default 60,000; no limit for a oneshot. */
  readonly startTimeoutMs: number;
  /** How long the process must stay up to be ready when nothing else decides it. Default 0. */
  readonly startStableMs: number;
  /** Ready when a line of output matches this regular expression. */
  readonly readyLog: string | undefined;
  /** Ready when a newline arrives on this descriptor. */
  readonly notifyFd: number | undefined;
  readonly successExitCodes: readonly number[];
  /** Written for `simple`, read for `forking`. Absolute. */
  readonly pidFile: string | undefined;
  /** Set for one of several copies: the name they share and this copy's number from 1. */
  readonly instance: { readonly of: string; readonly index: number } | undefined;
  /** A small parent process records the exit code even while no supervisor runs. Default false. */
  readonly durable: boolean;
  /** `[services.<key>]` tables and keys that plugins own, variables replaced, before their schemas. */
  readonly sections: Readonly<Record<string, unknown>>;
}

/** Time limits that hold for all services, in milliseconds. */
export interface Timeouts {
  /** Limit on a pos_script. Default 7,000. */
  readonly postScriptMs: number;
  /** Stop signal to SIGKILL unless the service sets its own. Default 10,000. */
  readonly serviceShutdownMs: number;
  /** The whole shutdown. Default 30,000. */
  readonly globalShutdownMs: number;
  /** Longest time in PENDING. Default 300,000. */
  readonly dependencyWaitMs: number;
}

/** Everything a supervisor needs to know, as one frozen value. A reload replaces it as a whole. */
export interface Plan {
  /** Name of the project: `[a-z0-9][a-z0-9._-]*`. */
  readonly project: string;
  /** In the order of the file, copies of `instances` expanded. */
  readonly services: readonly ServiceSpec[];
  readonly timeouts: Timeouts;
  /** Plugins as listed, short names or module specifiers. */
  readonly plugins: readonly string[];
  /** `[plugins.<name>]` tables, variables replaced, before their schemas. */
  readonly pluginConfig: Readonly<Record<string, unknown>>;
  /** Where it came from; relative paths and plugins resolve from `directory`. */
  readonly source: { readonly file: string | undefined; readonly directory: string };
}

/** What taps of the `plan` hook may return: the services and timeouts before they are frozen. */
export interface PlanDraft {
  readonly project: string;
  readonly services: readonly ServiceSpec[];
  readonly timeouts: Timeouts;
}
