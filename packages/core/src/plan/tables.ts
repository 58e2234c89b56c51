/** A length of time as it stands in a file: seconds, or text such as "5s". */
export type DurationInput = number | string;

/** The keys of `[[services]]` that the core owns, as they stand in a file. */
export interface ServiceTable {
  name: string;
  command: string;
  args: string[];
  type: 'simple' | 'oneshot' | 'forking';
  enabled: boolean;
  required: boolean;
  depends_on: string | string[] | Record<string, DependencyConditionInput>;
  wait_after: DurationInput | Record<string, DurationInput>;
  user: string;
  group: string;
  umask: string;
  cwd: string;
  env: Record<string, string | number | boolean>;
  env_file: string | string[];
  inherit_env: boolean | string[];
  pre_script: string;
  pos_script: string;
  post_script: string;
  log_file: string;
  restart: RestartPolicyName | Partial<RestartTable>;
  stop_signal: string;
  stop_timeout: DurationInput;
  kill_mode: 'group' | 'process';
  start_timeout: DurationInput;
  start_seconds: DurationInput;
  ready_log: string;
  notify_fd: number;
  success_exit_codes: number[];
  pid_file: string;
  instances: number;
  durable: boolean;
}

/** What a `depends_on` table may ask of a dependency. */
export type DependencyConditionInput = 'started' | 'ready' | 'completed' | 'succeeded';

/** Names of restart policies. */
export type RestartPolicyName = 'never' | 'on-failure' | 'always';

/** The keys of a `restart` table. */
export interface RestartTable {
  policy: RestartPolicyName;
  delay: DurationInput;
  factor: number;
  max_delay: DurationInput;
  jitter: number;
  max_attempts: number;
  reset_after: DurationInput;
}

/** The keys of `[timeouts]`. */
export interface TimeoutsTable {
  post_script_timeout: DurationInput;
  service_shutdown_timeout: DurationInput;
  global_shutdown_timeout: DurationInput;
  dependency_wait_timeout: DurationInput;
}

/** The keys at the top of a file. */
export interface RootTable {
  project: string;
  plugins: string[] | Record<string, boolean | Record<string, unknown>>;
  timeouts: Partial<TimeoutsTable>;
  defaults: Record<string, unknown>;
  services: Record<string, unknown>[];
}
