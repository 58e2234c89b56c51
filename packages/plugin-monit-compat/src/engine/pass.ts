import type { EventName } from '../language/alerts.ts';
import type { Action, RestartLimit } from '../language/ast.ts';
import type { MonitConfiguration, MonitService } from '../model/configuration.ts';
import { actionName, type EngineAction, type ServiceAction } from './action.ts';
import { recipientsFor } from './alert-filter.ts';
import { planSteps, stepChanges } from './dependencies.ts';
import { eventOf, labelOf, type MonitEvent } from './event.ts';
import type { EvaluateInput } from './evaluate.ts';
import { countRestart } from './restart-limit.ts';
import type { PlannedRule } from './rule-plan.ts';
import { INITIAL_RULE, stepRule, type Verdict } from './rule-state.ts';
import type { ServiceState, StateChanges, StateReader } from './service-state.ts';

/** Strongest last: of several requests in one pass only the strongest is carried out, once. */
const STRENGTH: readonly ServiceAction[] = ['monitor', 'start', 'restart', 'stop'];

/** One look at one service: collects what its rules ask for. Lives only while the service is judged. */
export class Pass {
  readonly configuration: MonitConfiguration;
  readonly service: MonitService;
  readonly wallMs: number;
  current: ServiceState;
  hasPingFailed = false;
  readonly #state: StateReader;
  readonly #events: MonitEvent[] = [];
  readonly #actions: EngineAction[] = [];
  #request: { action: ServiceAction; cause: MonitEvent } | undefined;
  #unmonitor: MonitEvent | undefined;

  constructor(
    { configuration, service, state, wallMs }: Pick<EvaluateInput, 'configuration' | 'service' | 'state' | 'wallMs'>,
    before: ServiceState,
  ) {
    this.configuration = configuration;
    this.service = service;
    this.wallMs = wallMs;
    this.#state = state;
    this.current = before;
  }

  /** True when the restart limit has switched the service off: nothing more is judged. */
  get isEnded(): boolean {
    return this.#unmonitor !== undefined || this.#request?.action === 'stop';
  }

  remember(key: string, baseline: string): void {
    if (this.current.baselines.get(key) === baseline) return;
    this.current = { ...this.current, baselines: new Map(this.current.baselines).set(key, baseline) };
  }

  /** Takes one verdict into the memory of a rule and collects what follows from it. */
  take({ key, rule }: PlannedRule, verdict: Verdict, detail: string, implicitName?: EventName): void {
    const before = this.current.rules.get(key) ?? INITIAL_RULE;
    const step = stepRule(before, verdict, rule);
    if (step.state !== before)
      this.current = { ...this.current, rules: new Map(this.current.rules).set(key, step.state) };
    if (step.outcome === 'quiet' || step.outcome === 'below') return;
    const name = implicitName ?? eventOf(rule.test);
    const state =
      step.outcome === 'fire'
        ? verdict === 'changed'
          ? 'changed'
          : 'failed'
        : verdict === 'unchanged'
          ? 'unchanged'
          : 'succeeded';
    const event: MonitEvent = {
      service: this.service.name,
      name,
      state,
      label: labelOf(name, state),
      description: detail,
      rule: rule.text,
    };
    const action = step.outcome === 'fire' ? rule.action : rule.elseAction;
    if (step.isTransition) this.#events.push(event);
    this.#carryOut(action, event, { isTransition: step.isTransition, count: step.state.count });
  }

  /** A restart limit was reached at the beginning of this pass. */
  limitReached(limit: RestartLimit): void {
    const event: MonitEvent = {
      service: this.service.name,
      name: 'timeout',
      state: 'failed',
      label: labelOf('timeout', 'failed'),
      description: `restarted ${this.current.restarts.restarts} times within ${this.current.restarts.cycles} cycles`,
      rule: limit.text,
    };
    this.#events.push(event);
    this.#carryOut(limit.action, event, { isTransition: true, count: 1 });
  }

  /** Closes the look: one action on the service at most, with its steps along the dependencies. */
  settle(): {
    readonly changes: StateChanges;
    readonly actions: readonly EngineAction[];
    readonly events: readonly MonitEvent[];
  } {
    const changes = new Map([[this.service.name, this.current]]);
    const reader: StateReader = { get: (name) => changes.get(name) ?? this.#state.get(name) };
    if (this.#request !== undefined) this.#begin(this.#request.action, this.#request.cause, { reader, changes });
    if (this.#unmonitor !== undefined && this.#request?.action !== 'stop')
      this.#begin('unmonitor', this.#unmonitor, { reader, changes });
    return { changes, actions: this.#actions, events: this.#events };
  }

  #carryOut(
    action: Action,
    cause: MonitEvent,
    { isTransition, count }: { isTransition: boolean; count: number },
  ): void {
    if (action.kind === 'ignore') return;
    this.#alert(action, cause, { isTransition, count });
    switch (action.kind) {
      case 'alert':
        return;
      case 'exec':
        if (isTransition || (action.repeatEvery > 0 && count % action.repeatEvery === 0)) {
          this.#actions.push({
            kind: 'exec',
            service: this.service.name,
            command: action.command,
            timeoutMs: action.timeoutMs,
            cause,
          });
        }
        return;
      case 'unmonitor':
        this.#unmonitor ??= cause;
        return;
      case 'start':
      case 'stop':
      case 'restart':
        // A rule that came back acts once; one that stays failed acts in every pass.
        if (isTransition || cause.state === 'failed' || cause.state === 'changed') this.#ask(action.kind, cause);
    }
  }

  #ask(action: 'start' | 'stop' | 'restart', cause: MonitEvent): void {
    if (this.service.mode === 'passive') {
      this.#actions.push({ kind: 'suppressed', action, service: this.service.name, cause });
      return;
    }
    const isFirst = this.#request === undefined || this.#request.action === 'stop';
    if (action !== 'stop' && isFirst)
      this.current = {
        ...this.current,
        restarts: this.service.restartLimits.length > 0 ? countRestart(this.current.restarts) : this.current.restarts,
      };
    if (this.#request === undefined || STRENGTH.indexOf(action) > STRENGTH.indexOf(this.#request.action))
      this.#request = { action, cause };
  }

  #alert(action: Action, cause: MonitEvent, { isTransition, count }: { isTransition: boolean; count: number }): void {
    const recipients = recipientsFor(this.service.recipients, cause, { isTransition, count });
    if (recipients.length === 0) return;
    this.#actions.push({
      kind: 'alert',
      service: this.service.name,
      recipients,
      isReminder: !isTransition,
      action: actionName(action),
      cause,
    });
  }

  #begin(
    action: ServiceAction,
    cause: MonitEvent,
    { reader, changes }: { reader: StateReader; changes: Map<string, ServiceState> },
  ): void {
    const { configuration, service } = this;
    const steps = planSteps({ configuration, state: reader, service: service.name, action });
    for (const [name, value] of stepChanges({ state: reader, steps, configuration, cause: service.name }))
      changes.set(name, value);
    this.#actions.push({ kind: 'service', action, service: service.name, steps, cause });
  }
}
