export { buildPlan, type BuildOptions, type BuildResult, type OwnedSections } from './build.ts';
export type { OwnedService } from './service-spec.ts';
export { checkSystem, type PathKind, type SystemLookups } from './check-system.ts';
export { pathKind } from './path-kind.ts';
export { diffPlans, type PlanDiff, specHash } from './diff.ts';
export { formatDuration, parseDuration } from './duration.ts';
export type { VariableRule, VariableRules } from './section-variables.ts';
export { serviceEnvironment } from './environment.ts';
export { freezeDraft } from './freeze.ts';
export { type DependencyGraph, dependencyGraph } from './graph.ts';
export { interpolate, type Interpolation, type Variables } from './interpolate.ts';
export type {
  Dependency,
  DependencyCondition,
  KillMode,
  Plan,
  PlanDraft,
  RestartPolicy,
  Script,
  ServiceSpec,
  ServiceType,
  Timeouts,
} from './plan.ts';
export { type PluginList, readPlugins } from './plugin-list.ts';
export { isProjectName, projectName } from './project.ts';
export { configSchema, serviceSchema, timeoutsSchema } from './schema.ts';
export { parseSize } from './size.ts';
export { splitWords, type Words } from './words.ts';
