export { decideDue, type Decision, type DueInput } from './decide/due.ts';
export { nextDueMs } from './decide/next-due.ts';
export { explain, type Explanation, type LogExplanation } from './explain/explain.ts';
export { type BlockOptions, type BlockResult, parseBlock } from './language/block.ts';
export { type Configuration, parseConfiguration, readConfiguration } from './language/read.ts';
export { type Report, type ReportLevel, type Reporter, renderReport } from './language/report.ts';
export {
  type Criterion,
  DEFAULT_RULES,
  type LogBlock,
  type Ownership,
  type RotationRules,
  type ScriptName,
  type SwitchUser,
} from './language/rules.ts';
export type { SessionOptions } from './language/session.ts';
export { parseTable } from './language/table.ts';
export { main } from './program/main.ts';
export type { ProgramStreams } from './program/output.ts';
