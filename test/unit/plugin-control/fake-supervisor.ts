import type {
  Intent,
  IntentResult,
  OutputStream,
  PluginReport,
  PluginSupervisor,
  ReloadReport,
  ServiceSpec,
  ServiceState,
  ServiceStatus,
  ServiceView,
  SupervisorEvent,
} from '@tappet/core';

/** A service of the fake: what a test cares about. */
export interface FakeService {
  readonly name: string;
  readonly state?: ServiceState;
  readonly dependsOn?: readonly string[];
  readonly enabled?: boolean;
  readonly instanceOf?: string;
  readonly tail?: string | Uint8Array;
}

/** A supervisor that does nothing and remembers what it was asked for. */
export interface FakeSupervisor extends PluginSupervisor {
  readonly submitted: { readonly service: string; readonly intent: Intent }[];
  readonly stops: { readonly reason: string; readonly exitCode: number | undefined }[];
  readonly released: string[];
  onSubmit: (service: string, intent: Intent) => Promise<IntentResult> | IntentResult;
  onReload: () => Promise<ReloadReport>;
  onCall: (plugin: string, method: string, params: object, signal: AbortSignal) => Promise<unknown>;
  pluginReports: PluginReport[];
  directory: string | null;
  emit(event: Partial<SupervisorEvent> & { readonly type: string }): void;
  output(service: string, chunk: string | Uint8Array, stream?: OutputStream): void;
  readonly subscribers: number;
  readonly outputListeners: number;
}

/** Makes one. */
export function fakeSupervisor(services: readonly FakeService[] = [{ name: 'web' }]): FakeSupervisor {
  const subscribers = new Set<(event: SupervisorEvent) => void>();
  const outputs = new Set<{ service: string; listener: (chunk: Uint8Array, stream: OutputStream) => void }>();
  const specs = services.map(specOf);
  const views = services.map((service, index): ServiceView => {
    const spec = specs[index];
    if (spec === undefined) throw new Error('unreachable');
    return { name: service.name, spec, state: service.state ?? 'RUNNING', pid: 1000 + index, restarts: 0, uptimeMs: 5 };
  });
  let seq = 0;

  const fake: FakeSupervisor = {
    project: 'fake',
    plan: {
      project: 'fake',
      services: specs,
      timeouts: { postScriptMs: 1, serviceShutdownMs: 1, globalShutdownMs: 1, dependencyWaitMs: 1 },
      plugins: [],
      pluginConfig: {},
      source: { file: undefined, directory: '/' },
    },
    submitted: [],
    stops: [],
    released: [],
    pluginReports: [],
    directory: null,
    onSubmit: () => ({ outcome: 'done', message: 'ok' }),
    onReload: () =>
      Promise.resolve({
        added: [],
        removed: [],
        restarted: [],
        updated: [],
        unchanged: 1,
        plugins: { added: [], removed: [] },
      }),
    onCall: () => Promise.resolve(null),
    services: () => views,
    service: (name) => views.find((view) => view.name === name),
    async submit(service, intent) {
      fake.submitted.push({ service, intent });
      return fake.onSubmit(service, intent);
    },
    requestStop: (reason, exitCode) => void fake.stops.push({ reason, exitCode }),
    subscribe(listener) {
      subscribers.add(listener);
      return () => void subscribers.delete(listener);
    },
    status: () => ({
      project: 'fake',
      pid: process.pid,
      version: '0.1.0',
      startedAt: '2026-01-01T00:00:00.000Z',
      uptimeMs: 1000,
      phase: 'running',
      configFile: null,
      directory: fake.directory,
      notes: [],
      services: views.map(statusOf),
    }),
    serviceStatus(name) {
      const view = fake.service(name);
      return view === undefined ? undefined : statusOf(view);
    },
    why(name) {
      const view = fake.service(name);
      if (view === undefined) return undefined;
      return {
        service: name,
        state: view.state,
        reason: 'because',
        waitingFor: [],
        notes: [],
        results: [],
        journal: [],
        blocksShutdown: [],
      };
    },
    tail: (name) => Buffer.from(services.find((service) => service.name === name)?.tail ?? ''),
    onOutput(service, listener) {
      const entry = { service, listener };
      outputs.add(entry);
      return () => void outputs.delete(entry);
    },
    onNotify: () => () => undefined,
    reload: () => fake.onReload(),
    call: (plugin, method, params, signal) => fake.onCall(plugin, method, params, signal),
    plugins: () => fake.pluginReports,
    releaseTap(label) {
      const known = fake.pluginReports.some((p) => p.taps.some((tap) => tap.quarantined && tap.label === label));
      if (known) fake.released.push(label);
      return known;
    },
    emit(event) {
      seq++;
      const full = { seq, time: '2026-01-01T00:00:00.000Z', ...event } as SupervisorEvent;
      for (const listener of subscribers) listener(full);
    },
    output(service, chunk, stream = 'output') {
      for (const entry of outputs) if (entry.service === service) entry.listener(Buffer.from(chunk), stream);
    },
    get subscribers() {
      return subscribers.size;
    },
    get outputListeners() {
      return outputs.size;
    },
  };
  return fake;
}

/** The report of a plugin with these methods. */
export function fakePlugin(name: string, methods: readonly string[]): PluginReport {
  return { name, version: '1.0.0', from: null, setupMs: 1, switchedOff: null, taps: [], methods };
}

function specOf(service: FakeService): ServiceSpec {
  return {
    name: service.name,
    type: 'simple',
    command: '/bin/true',
    args: [],
    enabled: service.enabled ?? true,
    required: false,
    dependsOn: (service.dependsOn ?? []).map((name) => ({ service: name, condition: 'default', waitAfterMs: 0 })),
    user: undefined,
    group: undefined,
    umask: 0o022,
    cwd: '/',
    env: {},
    inheritEnv: [],
    preScript: undefined,
    posScript: undefined,
    logFile: undefined,
    restart: { policy: 'never', delayMs: 0, factor: 1, maxDelayMs: 0, jitter: 0, maxAttempts: 0, resetAfterMs: 0 },
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 1,
    killMode: 'group',
    startTimeoutMs: 1,
    startStableMs: 0,
    readyLog: undefined,
    notifyFd: undefined,
    successExitCodes: [0],
    pidFile: undefined,
    instance: service.instanceOf === undefined ? undefined : { of: service.instanceOf, index: 1 },
    durable: false,
    sections: {},
  };
}

function statusOf(view: ServiceView): ServiceStatus {
  return {
    name: view.name,
    state: view.state,
    type: 'simple',
    enabled: view.spec.enabled,
    required: false,
    pid: view.state === 'RUNNING' ? (view.pid ?? null) : null,
    uptimeMs: view.state === 'RUNNING' ? 5000 : null,
    completed: false,
    unexpected: false,
    held: false,
    restarts: 0,
    starts: 1,
    failures: 0,
    failureRate: 0,
    startupMs: 3,
    shutdownMs: null,
    dependencyWaitMs: null,
    lastExit: null,
    reason: null,
    waitingFor: [],
    notes: [],
    plugins: {},
  };
}
