// For programs of your own. The plugin itself does not load this file: watching needs only some of it.
// The watch
export type { WebhookOptions } from './schema.ts';
export { createProber, type Prober } from './probe/prober.ts';
export type { OwnServices, OwnSupervisor } from './watch/own-services.ts';
export { type ProgramEnd, type RunProgram, type RunProgramInput, runProgram } from './watch/run-program.ts';
export type { Sampling } from './watch/sampling.ts';
export { Session, type SessionPlan, type SessionPorts, type SessionWorld } from './session.ts';
export { Watch } from './watch/watch.ts';
export type { LastLook, WatchParts, WatchPlan } from './watch/watch-parts.ts';
export { escapeXml } from './http/xml.ts';
export { answer, type PageReply, type PageRequest, type PageSource } from './http/answer.ts';
export { type Access, createAccess } from './http/access.ts';
export { loadIncludeList } from './source/include-list.ts';
export { Alerts, type AlertParts } from './alert/alerts.ts';
export { fileQueue, memoryQueue, type DeliveryQueue } from './alert/queue.ts';
export { createMailer } from './alert/mailer.ts';
// The language
export type * from './language/ast.ts';
export { EVENT_NAMES, type EventName } from './language/alerts.ts';
export { cronMatches, type CronResult, type CronSpec, parseCron } from './language/cron.ts';
export { type ControlFiles, localFiles } from './language/control-files.ts';
export { type HostFacts, localHost, type ProgramState } from './language/host-facts.ts';
export type { LanguageMode } from './language/issue-list.ts';
export type { ReadOptions } from './language/load.ts';
export { compilePattern, type PatternResult } from './language/pattern.ts';
export type { Place } from './language/place.ts';
export {
  DEFAULT_LIMITS,
  type HttpdAllow,
  type HttpdSetting,
  type Limits,
  type MailServer,
  type Settings,
} from './language/settings.ts';
// The model
export { fastIssues, type FastServices, markFast } from './model/fast-services.ts';
export { findService, type MonitConfiguration, type MonitService, withSystemService } from './model/configuration.ts';
export { type InlineRule, type InlineRules, type InlineSource, readInlineRules } from './model/inline-rules.ts';
export { type LoadedMonit, loadMonit, loadMonitText } from './model/load-monit.ts';
export { listNotEnforced, type NotEnforced, UNTESTED_PROTOCOLS } from './model/not-enforced.ts';
// Decisions
export type { EngineAction, ServiceAction, Step } from './engine/action.ts';
export { type AlertMail, type AlertMailInput, formatAlertMail } from './engine/alert-mail.ts';
export { applySteps, type PlanInput, planSteps } from './engine/dependencies.ts';
export { actionEnvironment, type EnvironmentInput, programEnvironment } from './engine/environment.ts';
export {
  beginPass,
  evaluateFast,
  type EvaluateInput,
  evaluatePass,
  evaluateService,
  type Evaluation,
  type PassInput,
  type PassResult,
} from './engine/evaluate.ts';
export type { MonitEvent } from './engine/event.ts';
export type { Facts, LinkFacts, Presence, ProbeAnswer, ProcessIdentity, Sample, Usage } from './engine/sample.ts';
export {
  beginState,
  carryState,
  type EngineState,
  hasError,
  type Monitoring,
  type RememberedState,
  type ServiceState,
  type StateChanges,
  type StateReader,
  withChanges,
} from './engine/service-state.ts';
// Measuring
export { followProcess, type FollowedProcess, type FollowProcess } from './sample/follow-process.ts';
export { maySignal, type SignalInput, type SignalPermission } from './sample/identity.ts';
export { commandLine, matchProcess, readPidFile } from './sample/find-process.ts';
export { type ProcStat, type ProcTable, readProcTable } from './sample/proc-table.ts';
export { Sampler, withProbes } from './sample/sampler.ts';
// Text
export { convert } from './text/convert.ts';
export { explain, explainLimit, explainRule, explainService } from './text/explain.ts';
export { type CheckReport, checkControlFile, renderReport } from './text/report.ts';
