export type { CheckClock } from './agenda.ts';
export { blameAll, type BlameGraph, type BlameState, rootsOf } from './blame.ts';
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
export { type CheckView, type Health, healthOf, isGateOpen } from './health.ts';
export { Heartbeats } from './heartbeats.ts';
export type { CheckRecord } from './history.ts';
export { scheduleOf } from './schedule.ts';
export { Scheduler } from './scheduler.ts';
