import { ConfigError } from '../errors/base.ts';
import { checkSystem } from '../plan/check-system.ts';
import type { Plan } from '../plan/plan.ts';
import { systemLookups } from './system-lookups.ts';

/**
 * Refuses a plan that names an account which does not exist: running such a service as anybody else would be worse than not
 * running it. Throws a ConfigError. A missing command is no reason to refuse all: another service may be about to make it.
 */
export async function checkAccounts(plan: Plan): Promise<void> {
  const services = plan.services.filter(({ user, group }) => user !== undefined || group !== undefined);
  if (services.length === 0) return;
  const issues = await checkSystem({ services }, { environment: {}, lookups: systemLookups });
  const unknown = issues.filter(({ code }) => code === 'ERR_CONFIG_UNKNOWN_USER');
  if (unknown.length > 0) throw new ConfigError(unknown, plan.source.file);
}
