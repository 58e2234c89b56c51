import { ConfigError } from '../errors/base.ts';
import { freezeDraft } from '../plan/freeze.ts';
import type { Plan } from '../plan/plan.ts';
import type { PendingGeneration, PluginHost } from '../plugin/contract.ts';
import { type Accepted, located } from './inspect.ts';
import { selectServices } from './select.ts';

/** What preparing needs besides the configuration. */
export interface PrepareOptions {
  readonly host: PluginHost;
  /** Only these services and what they depend on. */
  readonly only?: readonly string[] | undefined;
  /** A last look at the final plan; what it throws is why the plan is refused. */
  readonly verify?: (plan: Plan) => Promise<void>;
}

/** A final plan, and a generation of plugins that is set up for it. Nothing of it is in force yet. */
export interface Prepared {
  readonly pending: PendingGeneration;
  readonly plan: Plan;
}

/** Sets a new generation of plugins up and lets it change the plan. Rejects, with everything disposed of, when one of them fails. */
export async function prepare(accepted: Accepted, { host, only, verify }: PrepareOptions): Promise<Prepared> {
  const { plan, loaded } = accepted;
  const pending = await host.prepare(accepted).catch((error: unknown) => {
    throw located(loaded, error);
  });
  try {
    const { project, services, timeouts } = plan;
    const frozen = freezeDraft(await pending.transformPlan({ project, services, timeouts }), plan);
    if (frozen.plan === undefined) throw new ConfigError(frozen.issues);
    const final = selectServices(frozen.plan, only);
    await pending.setPlan(final);
    await verify?.(final);
    return { pending, plan: final };
  } catch (error) {
    await pending.abandon();
    throw located(loaded, error);
  }
}
