import { systemClock } from '../clock.ts';
import { ConfigError, type ConfigIssue, PluginError, TappetError } from '../errors/base.ts';
import { checkSystem } from '../plan/check-system.ts';
import type { Variables } from '../plan/interpolate.ts';
import type { Plan } from '../plan/plan.ts';
import { isTable } from '../plan/values.ts';
import { createPluginHost } from '../plugin/host.ts';
import { complaintsLog } from './complaints-log.ts';
import { accept, type Inspection, isError } from './inspect.ts';
import type { LoadedConfig, SupervisorOptions } from './options.ts';
import { prepare } from './prepare.ts';
import { readConfiguration } from './read-configuration.ts';
import { rehearsalSupervisor } from './rehearsal.ts';
import { systemLookups } from './system-lookups.ts';

/** What a check found. */
export interface ConfigurationCheck {
  /** As plugins changed it; undefined when no plan can be made of the configuration. */
  readonly plan: Plan | undefined;
  /** Located in the file, errors and warnings. */
  readonly issues: readonly ConfigIssue[];
}

/**
 * Everything that a start with these options would find wrong before it does something, and what the machine lacks: the core's own
 * keys, the sections of plugins, what plugins find in their `setup` and their `plan` hook, accounts, programs, folders. Nothing is
 * started, opened or taken: plugins are set up and disposed of, without `onActivate`. What they log as a warning is one here.
 * Rejects when the configuration cannot be read at all.
 */
export async function checkConfiguration(options: SupervisorOptions): Promise<ConfigurationCheck> {
  const environment = Object.freeze({ ...(options.environment ?? process.env) });
  const inspection = await readConfiguration(options, environment);
  const rehearsed = inspection.plan === undefined ? NOTHING : await rehearse(inspection, { options, environment });
  const plan = rehearsed.plan ?? inspection.plan;
  const system = plan === undefined ? [] : await checkSystem(plan, { lookups: systemLookups, environment });
  const { loaded, issues } = inspection;
  return {
    plan,
    issues: loaded.locate([...issues, ...rehearsed.issues, ...system.map((one) => counted(one, loaded))]),
  };
}

const NOTHING: ConfigurationCheck = { plan: undefined, issues: [] };

/** Goes on as a start does, up to where plugins would open something. */
async function rehearse(
  inspection: Inspection,
  { options, environment }: { readonly options: SupervisorOptions; readonly environment: Variables },
): Promise<ConfigurationCheck> {
  const issues: ConfigIssue[] = [];
  let plan: Plan | undefined;
  try {
    const accepted = accept(inspection);
    const host = createPluginHost({
      clock: options.clock ?? systemClock,
      log: complaintsLog(issues),
      environment,
      supervisor: rehearsalSupervisor({ plan: accepted.plan, directory: options.directory }),
      onEvent: () => {},
    });
    const prepared = await prepare(accepted, { host, only: options.only });
    plan = prepared.plan;
    await prepared.pending.abandon();
    await host.close();
  } catch (error) {
    if (error instanceof ConfigError) issues.push(...unseen(error, inspection));
    else if (error instanceof TappetError) issues.push(asIssue(error));
    else throw error;
  }
  return { plan, issues };
}

/** Issues that keep a configuration from being accepted are among those that were found already. */
function unseen({ issues }: ConfigError, inspection: Inspection): readonly ConfigIssue[] {
  return inspection.issues.some(isError) ? [] : issues;
}

function asIssue(error: TappetError): ConfigIssue {
  const { code, message, hint } = error;
  const path = error instanceof PluginError ? ['plugins', error.plugin] : [];
  return { code, message, path, at: 'key', hint };
}

/** The check of the machine names services; a configuration counts them. */
function counted(issue: ConfigIssue, { raw }: LoadedConfig): ConfigIssue {
  const [first, name, ...rest] = issue.path;
  const services: unknown = isTable(raw) ? raw['services'] : undefined;
  if (first !== 'services' || !Array.isArray(services)) return issue;
  const position = services.findIndex((service: unknown) => isTable(service) && service['name'] === name);
  return position === -1 ? issue : { ...issue, path: [first, position, ...rest] };
}
