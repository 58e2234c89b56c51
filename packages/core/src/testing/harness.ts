import type { Plugin } from '../plugin/define-plugin.ts';
import type { PluginReport } from '../plugin/report.ts';
import type { ServiceState } from '../service/state.ts';
import type { ReloadReport, Supervisor } from '../supervisor/api.ts';
import type { SupervisorEvent } from '../supervisor/events.ts';
import type { LoadedConfig, SupervisorExit } from '../supervisor/options.ts';
import { createSupervisor } from '../supervisor/supervisor.ts';
import { drive } from './drive.ts';
import { fakeProcesses, type FakeProcesses, type FakeProcessesOptions } from './fake-processes.ts';
import { type HarnessConfig, readHarnessConfig, type SplitConfig } from './harness-config.ts';
import { type LogLine, recordedLog } from './recorded-log.ts';
import { virtualClock, type VirtualClock } from './virtual-clock.ts';

/** What a plugin is tested with. */
export interface HarnessOptions extends Omit<FakeProcessesOptions, 'clock'> {
  /** As a value, or as TOML text. Default: no services. */
  readonly config?: HarnessConfig | string;
  /** Plugins that the one under test needs, loaded before it. */
  readonly others?: readonly Plugin[];
  /** The supervisor's, for `${VAR}` and for the plugin. Default: empty. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A supervisor with fake processes on virtual time, and one plugin under test. */
export interface PluginHarness extends AsyncDisposable {
  readonly clock: VirtualClock;
  readonly processes: FakeProcesses;
  readonly supervisor: Supervisor;
  /** Everything that happened, oldest first. */
  readonly events: readonly SupervisorEvent[];
  readonly logged: readonly LogLine[];
  /** Moves time on, timers and processes acting at their own moments. */
  advance(ms: number): Promise<void>;
  /** Moves time on until a service is in this state. Rejects when it does not come to be within an hour. */
  until(service: string, state: ServiceState): Promise<void>;
  state(service: string): ServiceState | undefined;
  /** Each transition of a service with its cause chain: `STARTING → RUNNING: ready`. */
  journal(service: string): readonly string[];
  /** The plugin under test as `tappet plugins` shows it. */
  report(): PluginReport | undefined;
  /** What went wrong with plugins: failed, overran, slow or quarantined taps, failed disposals. */
  complaints(): readonly string[];
  /** Reloads, with another configuration when one is given. Rejects when it is refused. */
  reload(config?: HarnessConfig | string): Promise<ReloadReport>;
  /** Reloads with other plugins: without the one under test when it is not among them. */
  reloadWith(plugins: readonly Plugin[]): Promise<ReloadReport>;
  /** Shuts down in order and resolves when everything is disposed. */
  close(): Promise<SupervisorExit>;
}

/**
 * Starts a supervisor with the plugin. Rejects as a daemon's start would: with a ConfigError for options that it refuses, with a
 * PluginError when its setup fails.
 *
 * ```ts
 * const harness = await pluginHarness(budget, {
 *   config: '[plugins.budget]\nperHour = 2\n[[services]]\nname = "web"\ncommand = "/bin/web"\nrestart = "always"',
 *   programs: { web: { exitAfterMs: 3000, exitCode: 1 } },
 * });
 * await harness.until('web', 'FAILED');
 * expect(harness.processes.actionsOf('web').filter((line) => line.includes('spawn'))).toHaveLength(3);
 * await harness.close();
 * ```
 */
export async function pluginHarness(plugin: Plugin, options: HarnessOptions = {}): Promise<PluginHarness> {
  const clock = virtualClock();
  const processes = fakeProcesses({ clock, programs: options.programs ?? {}, scripts: options.scripts ?? {} });
  const events: SupervisorEvent[] = [];
  const logged: LogLine[] = [];
  let config = await readHarnessConfig(options.config ?? {});
  let plugins: readonly Plugin[] = [...(options.others ?? []), plugin];

  const supervisor = createSupervisor({
    source: { load: async () => loaded(config, plugins) },
    // Asked again at every reload.
    get plugins() {
      return plugins;
    },
    log: recordedLog(logged),
    clock,
    processes,
    environment: options.environment ?? {},
  });
  supervisor.subscribe((event) => events.push(event));
  await drive(clock, supervisor.start(), 'the start');
  await clock.settle();

  const harness: PluginHarness = {
    clock,
    processes,
    supervisor,
    events,
    logged,
    advance: (ms) => clock.advance(ms),
    until: (service, state) =>
      clock.until(() => harness.state(service) === state, { what: `${state} of service "${service}"` }),
    state: (service) => supervisor.service(service)?.state,
    journal: (service) =>
      (supervisor.why(service)?.journal ?? []).map(({ from, to, cause }) => `${from} → ${to}: ${cause}`),
    report: () => supervisor.plugins().find(({ name }) => name === plugin.name),
    complaints: () => events.flatMap((event) => (event.type === 'plugin' ? event.message : [])),
    async reload(next) {
      const previous = config;
      if (next !== undefined) config = await readHarnessConfig(next);
      try {
        return await drive(clock, supervisor.reload(), 'the reload');
      } catch (error) {
        config = previous;
        throw error;
      }
    },
    async reloadWith(next) {
      const previous = plugins;
      plugins = next;
      try {
        return await harness.reload();
      } catch (error) {
        plugins = previous;
        throw error;
      }
    },
    async close() {
      supervisor.requestStop('the test is over');
      return drive(clock, supervisor.ended, 'the shutdown');
    },
    async [Symbol.asyncDispose]() {
      await harness.close();
    },
  };
  return harness;
}

/** As from a file. Options of a plugin that is not loaded are left out: the harness has no other plugins than it was given. */
function loaded({ raw, options }: SplitConfig, plugins: readonly Plugin[]): LoadedConfig {
  const names = new Set(plugins.map(({ name }) => name));
  const own = Object.fromEntries(Object.entries(options).filter(([name]) => names.has(name)));
  return {
    raw: { ...raw, plugins: own },
    file: undefined,
    directory: process.cwd(),
    locate: (issues) => issues,
  };
}
