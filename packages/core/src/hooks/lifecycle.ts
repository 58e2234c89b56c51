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
 * The hooks as the supervisor calls them: always those of the generation in force, with the error policy of each kind
 * already applied. Calls of observe and decide hooks never throw or reject.
 */
export interface Lifecycle {
  /** Rejects with a PluginError when a tap throws. */
  plan(draft: PlanDraft): Promise<PlanDraft>;
  /** Rejects with a PluginError whose message is the veto. */
  beforeStart(payload: BeforeStartPayload): Promise<void>;
  /** Rejects with a PluginError when a tap throws. */
  spawnSpec(spec: SpawnSpec, payload: SpawnSpecPayload): Promise<SpawnSpec>;
  onSpawn(payload: OnSpawnPayload): void;
  /** Rejects with a PluginError when a tap throws. Has no deadline of its own: the start timeout aborts the signal. */
  checkReady(payload: CheckReadyPayload): Promise<void>;
  onReady(payload: OnReadyPayload): void;
  onOutput(payload: OnOutputPayload): OutputSink | undefined;
  onExit(payload: OnExitPayload): Promise<void>;
  decideRestart(payload: DecideRestartPayload): RestartDecision | undefined;
  /** Never rejects: a throw or a spent deadline is logged and the stop goes on. */
  beforeStop(payload: BeforeStopPayload): Promise<void>;
  onStop(payload: OnStopPayload): Promise<void>;
  onStateChange(payload: OnStateChangePayload): void;
  onReload(payload: OnReloadPayload): Promise<void>;
  onShutdown(payload: OnShutdownPayload): Promise<void>;
}
