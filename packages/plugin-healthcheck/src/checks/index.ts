export { Agenda, type CheckClock } from './agenda.ts';
export { type Blame, blameAll, type BlameGraph, type BlameState, rootsOf } from './blame.ts';
export type { Check, CheckKind, CheckSource, FailureAction } from './check.ts';
export {
  activate,
  type CheckEvent,
  type CheckState,
  type CheckStatus,
  countResult,
  deactivate,
  INACTIVE,
  isDone,
} from './counter.ts';
export { type CheckDecision, decide } from './decision.ts';
export { type CheckView, type Health, healthOf, isGateOpen, overallHealth } from './health.ts';
export { type ExpectedHeartbeat, Heartbeats } from './heartbeats.ts';
export { appendHistory, type CheckRecord } from './history.ts';
export {
  type CheckSchedule,
  firstDueMs,
  gridStepMs,
  isTriedOften,
  nextDueMs,
  placeOf,
  scheduleOf,
} from './schedule.ts';
export { type AttemptReport, type ScheduledCheck, Scheduler } from './scheduler.ts';
