import { AsyncParallelHook, AsyncSeriesHook, AsyncSeriesWaterfallHook, SyncBailHook, SyncHook } from 'tapable';
import type { PlanDraft } from '../plan/plan.ts';
import type {
  BeforeStartPayload,
  BeforeStopPayload,
  CheckReadyPayload,
  DecideRestartPayload,
  OnExitPayload,
  OnOutputPayload,
  OnReadyPayload,
  OnReloadPayload,
  OnShutdownPayload,
  OnSpawnPayload,
  OnStateChangePayload,
  OnStopPayload,
  OutputSink,
  RestartDecision,
  SpawnSpec,
  SpawnSpecPayload,
} from './events.ts';

/**
 * The error policy of a hook. *gate*: a throw vetoes and is the reported reason. *transform*: a throw aborts that one
 * operation and the old value stays. *decide*: sync, a throw is no opinion. *observe*: a throw is logged and counted and
 * the other taps run. Async taps have a deadline and count as failed when they miss it.
 *
 * A tap that fails five times in a row is quarantined, with an event: it is not called any more until it is released or the
 * plugins are reloaded. That holds for observe and decide hooks and `beforeStop`; `beforeStart` is quarantined when it misses its
 * deadline, never for a veto, and each start that then passes it unasked is an event. Transforms and `checkReady` are never
 * quarantined: without them something else than what was configured would run or count as ready.
 */
export type HookKind = 'gate' | 'transform' | 'decide' | 'observe';

/** What is known of a hook without looking at code. */
export interface HookDefinition {
  readonly kind: HookKind;
  /** The tapable class: how taps are called and what they may return. */
  readonly tapable: 'SyncHook' | 'SyncBailHook' | 'AsyncSeriesHook' | 'AsyncParallelHook' | 'AsyncSeriesWaterfallHook';
  /** When it runs. */
  readonly when: string;
  /** What a tap gets. */
  readonly payload: string;
  /** What a tap may return. */
  readonly returns: string;
  /** Order of taps within one stage. */
  readonly order: 'registration' | 'reverse';
  /** Default limit on one tap in milliseconds, undefined for sync hooks. */
  readonly deadlineMs: number | undefined;
  /** A tap to start from. */
  readonly example: string;
}

/** Limit on an async tap that sets none. */
export const DEFAULT_DEADLINE_MS = 30_000;

/** THE table: every hook of a supervisor. Frozen; a test compares it with the reference page and with {@link createHooks}. */
export const HOOKS: Readonly<Record<HookName, HookDefinition>> = Object.freeze({
  plan: {
    kind: 'transform',
    tapable: 'AsyncSeriesWaterfallHook',
    when: 'The configuration was read and checked, before the plan is frozen: add, change or drop services.',
    payload: 'PlanDraft',
    returns: 'a new PlanDraft, or nothing to keep the current one',
    order: 'registration',
    deadlineMs: DEFAULT_DEADLINE_MS,
    example: "hooks.plan.tap('sidecar', (draft) => ({ ...draft, services: [...draft.services, sidecar] }));",
  },
  beforeStart: {
    kind: 'gate',
    tapable: 'AsyncSeriesHook',
    when: 'Dependencies are satisfied and nothing was spawned yet. A throw vetoes the start with its message.',
    payload: '{ service, cause, signal }',
    returns: 'nothing',
    order: 'registration',
    deadlineMs: DEFAULT_DEADLINE_MS,
    example: "hooks.beforeStart.tap('licence', async ({ service }) => { await requireLicence(service.name); });",
  },
  spawnSpec: {
    kind: 'transform',
    tapable: 'AsyncSeriesWaterfallHook',
    when: 'The exact command, arguments, environment, folder, user and output about to be spawned.',
    payload: 'SpawnSpec, { service }',
    returns: 'a new SpawnSpec, or nothing to keep the current one',
    order: 'registration',
    deadlineMs: DEFAULT_DEADLINE_MS,
    example:
      "hooks.spawnSpec.tap('nice', (spec) => ({ ...spec, command: 'nice', args: [spec.command, ...spec.args] }));",
  },
  onSpawn: {
    kind: 'observe',
    tapable: 'SyncHook',
    when: 'The process exists: its pid and start time are known.',
    payload: '{ service, pid, startTime, adopted }',
    returns: 'nothing',
    order: 'registration',
    deadlineMs: undefined,
    example: "hooks.onSpawn.tap('count', ({ service }) => { starts.inc(service.name); });",
  },
  checkReady: {
    kind: 'gate',
    tapable: 'AsyncParallelHook',
    when: 'The process runs. Every tap must resolve before the service is RUNNING and its dependents go on.',
    payload: '{ service, signal }',
    returns: 'nothing; resolves when ready, a throw fails the start',
    order: 'registration',
    deadlineMs: undefined,
    example: "hooks.checkReady.tap('port', async ({ service, signal }) => { await portOpen(service, signal); });",
  },
  onReady: {
    kind: 'observe',
    tapable: 'SyncHook',
    when: 'The service is RUNNING.',
    payload: '{ service, startupMs }',
    returns: 'nothing',
    order: 'registration',
    deadlineMs: undefined,
    example: "hooks.onReady.tap('announce', ({ service }) => { log.info(`${service.name} is up`); });",
  },
  onOutput: {
    kind: 'decide',
    tapable: 'SyncBailHook',
    when: 'Before the first byte of a process: who takes what this service writes.',
    payload: '{ service, stream, resume }',
    returns: 'an OutputSink, or nothing to leave it to the next tap and at last to the console',
    order: 'registration',
    deadlineMs: undefined,
    example: "hooks.onOutput.tap('syslog', ({ service }) => syslogSink(service.name));",
  },
  onExit: {
    kind: 'observe',
    tapable: 'AsyncSeriesHook',
    when: 'The process ended: code or signal, asked for or not, uptime. Runs before the restart decision.',
    payload: '{ service, exit }',
    returns: 'nothing',
    order: 'registration',
    deadlineMs: DEFAULT_DEADLINE_MS,
    example: "hooks.onExit.tap('slack', async ({ service, exit }) => { if (exit.failure) await post(service.name); });",
  },
  decideRestart: {
    kind: 'decide',
    tapable: 'SyncBailHook',
    when: 'An end that nobody asked for. The first opinion wins over the restart policy of the service.',
    payload: '{ service, exit, failures }',
    returns: 'a RestartDecision, or nothing for no opinion',
    order: 'registration',
    deadlineMs: undefined,
    example: "hooks.decideRestart.tap('night', () => (isNight() ? { restart: false, reason: 'night' } : undefined));",
  },
  beforeStop: {
    kind: 'gate',
    tapable: 'AsyncSeriesHook',
    when: 'Before the stop signal: take the service out of a load balancer. Can delay up to its deadline, never veto.',
    payload: '{ service, cause, signal }',
    returns: 'nothing',
    order: 'registration',
    deadlineMs: DEFAULT_DEADLINE_MS,
    example: "hooks.beforeStop.tap('drain', async ({ service, signal }) => { await drain(service.name, signal); });",
  },
  onStop: {
    kind: 'observe',
    tapable: 'AsyncSeriesHook',
    when: 'The process and everything it forked is gone and the pos_script has ended.',
    payload: '{ service, exit }',
    returns: 'nothing',
    order: 'registration',
    deadlineMs: DEFAULT_DEADLINE_MS,
    example: "hooks.onStop.tap('cleanup', async ({ service }) => { await removeSocket(service.name); });",
  },
  onStateChange: {
    kind: 'observe',
    tapable: 'SyncHook',
    when: 'Every transition, with its cause.',
    payload: '{ service, from, to, cause }',
    returns: 'nothing',
    order: 'registration',
    deadlineMs: undefined,
    example: "hooks.onStateChange.tap('gauge', ({ service, to }) => { gauge.set(service.name, to); });",
  },
  onReload: {
    kind: 'observe',
    tapable: 'AsyncSeriesHook',
    when: 'A new plan is in force.',
    payload: '{ plan, previous, diff }',
    returns: 'nothing',
    order: 'registration',
    deadlineMs: DEFAULT_DEADLINE_MS,
    example: "hooks.onReload.tap('note', async ({ diff }) => { log.info(`${diff.added.length} services added`); });",
  },
  onShutdown: {
    kind: 'observe',
    tapable: 'AsyncSeriesHook',
    when: 'The whole supervisor goes down, reason and exit code known, services still up. Last tapped runs first.',
    payload: '{ cause, exitCode, signal }',
    returns: 'nothing',
    order: 'reverse',
    deadlineMs: DEFAULT_DEADLINE_MS,
    example: "hooks.onShutdown.tap('unready', async () => { await turnReadyzOff(); });",
  },
});

/** Name of a hook. */
export type HookName = keyof TapFunctions;

/** One set of tapable hooks. tapable cannot remove a tap, so every generation of plugins gets a new set. */
export interface Hooks {
  readonly plan: AsyncSeriesWaterfallHook<[draft: PlanDraft]>;
  readonly beforeStart: AsyncSeriesHook<[payload: BeforeStartPayload]>;
  readonly spawnSpec: AsyncSeriesWaterfallHook<[spec: SpawnSpec, payload: SpawnSpecPayload]>;
  readonly onSpawn: SyncHook<[payload: OnSpawnPayload]>;
  readonly checkReady: AsyncParallelHook<[payload: CheckReadyPayload]>;
  readonly onReady: SyncHook<[payload: OnReadyPayload]>;
  readonly onOutput: SyncBailHook<[payload: OnOutputPayload], OutputSink | undefined>;
  readonly onExit: AsyncSeriesHook<[payload: OnExitPayload]>;
  readonly decideRestart: SyncBailHook<[payload: DecideRestartPayload], RestartDecision | undefined>;
  readonly beforeStop: AsyncSeriesHook<[payload: BeforeStopPayload]>;
  readonly onStop: AsyncSeriesHook<[payload: OnStopPayload]>;
  readonly onStateChange: SyncHook<[payload: OnStateChangePayload]>;
  readonly onReload: AsyncSeriesHook<[payload: OnReloadPayload]>;
  readonly onShutdown: AsyncSeriesHook<[payload: OnShutdownPayload]>;
}

/** A new, empty set of hooks. */
export function createHooks(): Hooks {
  return Object.freeze({
    plan: new AsyncSeriesWaterfallHook<[PlanDraft]>(['draft'], 'plan'),
    beforeStart: new AsyncSeriesHook<[BeforeStartPayload]>(['payload'], 'beforeStart'),
    spawnSpec: new AsyncSeriesWaterfallHook<[SpawnSpec, SpawnSpecPayload]>(['spec', 'payload'], 'spawnSpec'),
    onSpawn: new SyncHook<[OnSpawnPayload]>(['payload'], 'onSpawn'),
    checkReady: new AsyncParallelHook<[CheckReadyPayload]>(['payload'], 'checkReady'),
    onReady: new SyncHook<[OnReadyPayload]>(['payload'], 'onReady'),
    onOutput: new SyncBailHook<[OnOutputPayload], OutputSink | undefined>(['payload'], 'onOutput'),
    onExit: new AsyncSeriesHook<[OnExitPayload]>(['payload'], 'onExit'),
    decideRestart: new SyncBailHook<[DecideRestartPayload], RestartDecision | undefined>(['payload'], 'decideRestart'),
    beforeStop: new AsyncSeriesHook<[BeforeStopPayload]>(['payload'], 'beforeStop'),
    onStop: new AsyncSeriesHook<[OnStopPayload]>(['payload'], 'onStop'),
    onStateChange: new SyncHook<[OnStateChangePayload]>(['payload'], 'onStateChange'),
    onReload: new AsyncSeriesHook<[OnReloadPayload]>(['payload'], 'onReload'),
    onShutdown: new AsyncSeriesHook<[OnShutdownPayload]>(['payload'], 'onShutdown'),
  });
}

type MaybePromise<T> = T | Promise<T>;
// oxlint-disable-next-line typescript/no-invalid-void-type -- a transform tap may end without a return
type Keep = void | undefined;

/** What a tap of each hook looks like. A tap of an async hook may be sync or async, both are awaited. */
export interface TapFunctions {
  plan: (draft: PlanDraft) => MaybePromise<PlanDraft | Keep>;
  beforeStart: (payload: BeforeStartPayload) => MaybePromise<void>;
  spawnSpec: (spec: SpawnSpec, payload: SpawnSpecPayload) => MaybePromise<SpawnSpec | Keep>;
  onSpawn: (payload: OnSpawnPayload) => void;
  checkReady: (payload: CheckReadyPayload) => MaybePromise<void>;
  onReady: (payload: OnReadyPayload) => void;
  onOutput: (payload: OnOutputPayload) => OutputSink | Keep;
  onExit: (payload: OnExitPayload) => MaybePromise<void>;
  decideRestart: (payload: DecideRestartPayload) => RestartDecision | Keep;
  beforeStop: (payload: BeforeStopPayload) => MaybePromise<void>;
  onStop: (payload: OnStopPayload) => MaybePromise<void>;
  onStateChange: (payload: OnStateChangePayload) => void;
  onReload: (payload: OnReloadPayload) => MaybePromise<void>;
  onShutdown: (payload: OnShutdownPayload) => MaybePromise<void>;
}
