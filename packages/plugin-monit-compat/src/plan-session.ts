import { hostname } from 'node:os';
import { join } from 'node:path';
import { ConfigError, type Plan, type PluginContext, type ServiceSpec } from '@tappet/core';
import { readForSetup } from './control-reading.ts';
import { markFast } from './model/fast-services.ts';
import { forgetReadings, readShared } from './model/inline-readings.ts';
import type { InlineRules } from './model/inline-rules.ts';
import { withSystemService } from './model/configuration.ts';
import type { MonitOptions, MonitServiceOptions } from './schema.ts';
import { defaultQueueFolder, type SessionPlan } from './session.ts';
import { combine, type OwnService } from './source/combine.ts';
import { issueLine } from './source/include-list.ts';

type Context = Pick<
  PluginContext<MonitOptions, MonitServiceOptions>,
  'config' | 'serviceConfig' | 'serviceKey' | 'supervisor' | 'log'
>;

const DEFAULT_POLL_MS = 30_000;

/**
 * What is to be watched, from the control files and the tables of the services. Throws a ConfigError with every mistake; warnings
 * are logged.
 */
export function planSession(context: Context): SessionPlan {
  const { config, supervisor, log } = context;
  const { include, monit } = config;
  const hasFiles = include.length > 0 || monit !== undefined;
  const { configuration, issues } = readForSetup(config);
  const services = ownServices(supervisor.plan, context);
  forgetReadings();
  const found = [...issues, ...services.flatMap(({ inline }) => inline?.issues ?? [])];
  const errors = found.filter(({ severity }) => severity !== 'warning');
  if (errors.length > 0) throw new ConfigError(errors, supervisor.plan.source.file);
  for (const issue of found) log.warn(issueLine(issue));
  const host = hostname();
  const combined = combine(hasFiles ? withSystemService(configuration, host) : configuration, services);
  const { settings, services: watched } = combined.configuration;
  const { directory } = supervisor.status();
  return {
    configuration: markFast(combined.configuration, config.fast),
    own: combined.own,
    pollMs: config.poll ?? (settings.pollSeconds === undefined ? DEFAULT_POLL_MS : settings.pollSeconds * 1000),
    fastMs: config.fast_interval,
    isRehearsal: config.rehearse,
    // Whoever names the system service names the machine, in mails and for programs too.
    host: watched.find(({ type }) => type === 'system')?.name ?? host,
    webhook: config.webhook,
    statePath: statePath(config, settings.statefile, directory),
    queueFolder: directory === null ? undefined : defaultQueueFolder(directory),
    controlFile: include[0] ?? '',
  };
}

function ownServices({ services }: Plan, context: Context): OwnService[] {
  return services.map((spec) => ({ name: spec.name, inline: inlineRules(spec, context) }));
}

function inlineRules(spec: ServiceSpec, { serviceConfig, serviceKey }: Context): InlineRules | undefined {
  const table = serviceConfig(spec);
  const monit = serviceKey(spec, 'monit');
  const rules = serviceKey(spec, 'rules');
  const texts = [monit, table.monit].filter((text) => typeof text === 'string');
  const all = [...(isRules(rules) ? rules : []), ...(table.rules ?? [])];
  if (texts.length === 0 && all.length === 0) return undefined;
  return readShared({
    service: spec.name,
    ...(texts.length === 0 ? {} : { monit: texts.join('\n') }),
    ...(all.length === 0 ? {} : { rules: all }),
    ...(table.fast === undefined ? {} : { fast: table.fast }),
  });
}

// The schema of the key has said so already.
function isRules(value: unknown): value is NonNullable<MonitServiceOptions['rules']> {
  return Array.isArray(value);
}

// The file that the reference program writes has another form: ours stands beside it.
function statePath(
  { state_file }: MonitOptions,
  statefile: string | undefined,
  directory: string | null,
): string | undefined {
  if (state_file !== undefined) return state_file;
  if (statefile !== undefined) return `${statefile}.tappet.json`;
  return directory === null ? undefined : join(directory, 'monit-state.json');
}
