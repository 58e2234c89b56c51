import { ConfigError, type Plan, type PlanDraft } from '@tappet/core';
import type { HealthcheckContext } from './plugin-context.ts';
import { planIssues } from './plan-issues.ts';

/**
 * Refuses checks that do not go with the plan. At the start the plan is known in `setup`, so that issues get their places in the
 * file; at a reload the new one comes with the `plan` hook.
 */
export function withPlan(context: HealthcheckContext): void {
  const { supervisor, hooks, onActivate } = context;
  const isStart = supervisor.services().length === 0 && supervisor.plan.services.length > 0;
  if (isStart) {
    refuse(context, supervisor.plan);
    return;
  }
  let draft: PlanDraft | undefined;
  hooks.plan.tap({ name: 'read', stage: 'late' }, (final) => {
    draft = final;
  });
  onActivate(() => {
    if (draft !== undefined) refuse(context, draft);
  });
}

function refuse(
  { config, environment, serviceConfig }: HealthcheckContext,
  { services, timeouts }: PlanDraft | Plan,
): void {
  const issues = planIssues({ services, timeouts, config, environment, checksOf: (spec) => serviceConfig(spec) });
  if (issues.length > 0) throw new ConfigError(issues);
}
