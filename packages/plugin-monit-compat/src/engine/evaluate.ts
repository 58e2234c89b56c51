import type { EventName } from '../language/alerts.ts';
import type { MonitConfiguration, MonitService } from '../model/configuration.ts';
import type { EngineAction } from './action.ts';
import type { MonitEvent } from './event.ts';
import { judge } from './judge.ts';
import { Pass } from './pass.ts';
import { checkRestartLimits } from './restart-limit.ts';
import type { Verdict } from './rule-state.ts';
import { planRules, type PlannedRule } from './rule-plan.ts';
import type { Sample } from './sample.ts';
import { decideDue } from './schedule.ts';
import { type EngineState, FRESH_SERVICE, hasError, type StateChanges, type StateReader } from './service-state.ts';

export interface EvaluateInput {
  readonly configuration: MonitConfiguration;
  readonly state: StateReader;
  readonly service: MonitService;
  /** Undefined: nothing was measured in this pass. */
  readonly sample: Sample | undefined;
  /** From {@link beginPass}: whether `every` lets the service take part. */
  readonly isDue: boolean;
  readonly wallMs: number;
}

export interface Evaluation {
  /** The state of every service that the look or its action touched. */
  readonly changes: StateChanges;
  /** In the order in which they are to be done. */
  readonly actions: readonly EngineAction[];
  readonly events: readonly MonitEvent[];
}

/** Opens a pass: advances every schedule and says which services take part, so that only they need a sample. */
export function beginPass({
  configuration,
  state,
  wallMs,
}: {
  readonly configuration: MonitConfiguration;
  readonly state: EngineState;
  readonly wallMs: number;
}): { readonly state: EngineState; readonly due: ReadonlySet<string> } {
  const next = new Map(state);
  const due = new Set<string>();
  for (const service of configuration.services) {
    const before = state.get(service.name) ?? FRESH_SERVICE;
    if (before.monitoring === 'no') continue;
    const decision = decideDue({ every: service.every, state: before.schedule, wallMs });
    if (decision.isDue) due.add(service.name);
    if (decision.state !== before.schedule) next.set(service.name, { ...before, schedule: decision.state });
  }
  return { state: next, due };
}

/**
 * Judges one service. Pure: everything remembered is in the changes that come back, everything to be done in the
 * actions. Services must be judged in the order of the configuration, because a service whose prerequisite failed in
 * this pass is left out.
 */
export function evaluateService(input: EvaluateInput): Evaluation {
  const { state, service, sample, isDue } = input;
  const before = state.get(service.name) ?? FRESH_SERVICE;
  if (before.monitoring === 'no') return NOTHING;
  // The result of a program counts in the pass after it was started, even when that pass is not its turn.
  const isLateResult = service.type === 'program' && sample !== undefined;
  if ((!isDue && !isLateResult) || !prerequisitesHold(service, state)) {
    return { ...NOTHING, changes: new Map([[service.name, { ...before, wasChecked: false }]]) };
  }
  const pass = new Pass(input, before);
  const limits = checkRestartLimits(before.restarts, service.restartLimits);
  pass.current = { ...before, restarts: limits.count, wasChecked: true };
  for (const limit of limits.reached) pass.limitReached(limit);
  if (pass.isEnded) return pass.settle();
  if (sample !== undefined) {
    pass.current = { ...pass.current, monitoring: 'yes' };
    judgeSample(pass, sample);
  }
  return pass.settle();
}

/**
 * Judges a sample between two passes, for the rules marked `fast` that a single sample can decide. Rules that want
 * several cycles go on being counted by the passes.
 */
export function evaluateFast(input: Omit<EvaluateInput, 'isDue' | 'sample'> & { readonly sample: Sample }): Evaluation {
  const { state, service, sample } = input;
  const before = state.get(service.name) ?? FRESH_SERVICE;
  if (before.monitoring === 'no' || !prerequisitesHold(service, state)) return NOTHING;
  const pass = new Pass(input, before);
  const isFast = ({ rule }: PlannedRule): boolean => rule.fast && rule.rate.count === 1 && rule.rate.cycles === 1;
  const plan = planRules(service);
  for (const planned of plan.existence.filter(isFast)) judgeRule(pass, planned, sample);
  if (sample.presence === 'present') {
    for (const planned of plan.others.filter(
      (candidate) => isFast(candidate) && candidate.rule.test.kind === 'resource',
    ))
      judgeRule(pass, planned, sample);
  }
  return pass.settle();
}

export interface PassInput {
  readonly configuration: MonitConfiguration;
  readonly state: EngineState;
  readonly samples: ReadonlyMap<string, Sample>;
  readonly wallMs: number;
}

export interface PassResult extends Omit<Evaluation, 'changes'> {
  readonly state: EngineState;
}

/** A whole pass over samples that are all at hand: every service in order. */
export function evaluatePass({ configuration, state, samples, wallMs }: PassInput): PassResult {
  const begun = beginPass({ configuration, state, wallMs });
  const current = new Map(begun.state);
  const actions: EngineAction[] = [];
  const events: MonitEvent[] = [];
  for (const service of configuration.services) {
    const { name } = service;
    const result = evaluateService({
      configuration,
      state: current,
      service,
      sample: samples.get(name),
      isDue: begun.due.has(name),
      wallMs,
    });
    for (const [changed, value] of result.changes) current.set(changed, value);
    actions.push(...result.actions);
    events.push(...result.events);
  }
  return { state: current, actions, events };
}

const NOTHING: Evaluation = { changes: new Map(), actions: [], events: [] };

function judgeSample(pass: Pass, sample: Sample): void {
  const plan = planRules(pass.service);
  for (const planned of plan.existence) judgeRule(pass, planned, sample);
  if (sample.presence === 'missing') return;
  judgeImplicit(pass, plan.invalid, {
    name: 'invalid',
    isBad: sample.presence === 'invalid',
    detail: sample.reason ?? 'has the wrong type',
  });
  if (sample.presence === 'invalid') return;
  const isUnreadable = sample.presence === 'unreadable' || sample.presence === 'zombie';
  const isProgram = pass.service.type === 'program';
  judgeImplicit(pass, isProgram ? plan.execution : plan.data, {
    name: isProgram ? 'exec' : 'data',
    isBad: isUnreadable,
    detail: sample.reason ?? (sample.presence === 'zombie' ? 'is a zombie' : 'cannot be read'),
  });
  if (isUnreadable) return;
  for (const planned of plan.others) {
    if (isSkipped(pass, planned, sample)) continue;
    judgeRule(pass, planned, sample);
  }
}

// A failed ping makes port tests pointless; a process that has just been started may not listen yet.
function isSkipped({ service, configuration, hasPingFailed }: Pass, { rule }: PlannedRule, sample: Sample): boolean {
  if (rule.test.kind !== 'connection') return false;
  return hasPingFailed || arePortsPaused({ service, configuration, sample });
}

/** True while a process is too young for its port tests: it is not up longer than its start program may take. */
export function arePortsPaused({
  service,
  configuration,
  sample,
}: {
  readonly service: MonitService;
  readonly configuration: MonitConfiguration;
  readonly sample: Sample;
}): boolean {
  if (service.type !== 'process' || service.start === undefined) return false;
  const pauseMs = service.start.timeoutMs ?? configuration.settings.limits.startTimeoutMs;
  const { uptimeSeconds } = sample.facts;
  return uptimeSeconds !== undefined && uptimeSeconds * 1000 <= pauseMs;
}

function judgeRule(pass: Pass, planned: PlannedRule, sample: Sample): void {
  const { service, wallMs } = pass;
  const { verdict, detail, baseline } = judge({
    rule: planned.rule,
    index: planned.index,
    sample,
    baseline: pass.current.baselines.get(planned.key),
    ignoredContent: service.ignoredContent,
    wallMs,
  });
  if (baseline !== undefined) pass.remember(planned.key, baseline);
  if (verdict === undefined) return;
  if (planned.rule.test.kind === 'ping' && verdict === 'bad' && planned.rule.sense === 'failed')
    pass.hasPingFailed = true;
  pass.take(planned, verdict, detail);
}

function judgeImplicit(
  pass: Pass,
  planned: PlannedRule,
  { name, isBad, detail }: { name: EventName; isBad: boolean; detail: string },
): void {
  const verdict: Verdict = isBad ? 'bad' : 'good';
  pass.take(planned, verdict, detail, name);
}

/** True when everything the service depends on is monitored, was looked at in this pass and has no error. */
export function prerequisitesHold(service: MonitService, state: StateReader): boolean {
  return service.prerequisites.every((name) => {
    const value = state.get(name);
    return value !== undefined && value.monitoring === 'yes' && value.wasChecked && !hasError(value);
  });
}
