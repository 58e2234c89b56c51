import type { ServiceSpec } from './plan.ts';

/** What differs between two plans, by service name. A renamed service is one removed and one added. */
export interface PlanDiff {
  readonly added: readonly ServiceSpec[];
  readonly removed: readonly ServiceSpec[];
  /** The process must be replaced: something it was started with differs. */
  readonly restarted: readonly { readonly from: ServiceSpec; readonly to: ServiceSpec }[];
  /** Only values that take effect without a new process differ (policy, timeouts, dependencies, plugin sections). */
  readonly updated: readonly { readonly from: ServiceSpec; readonly to: ServiceSpec }[];
  readonly unchanged: readonly ServiceSpec[];
}
