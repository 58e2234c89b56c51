import { ConfigError, lookUpUser, type PlanDraft, type PluginContext, type ServiceSpec } from '@tappet/core';
import { dirname } from 'node:path';
import type { CapturedLogs } from '../sink/captured-logs.ts';
import { whyUnsafe } from '../sink/log-folder.ts';
import type { LogSettings } from '../sink/settings.ts';
import type { LogrotateConfig } from './config.ts';
import { logPath } from './log-places.ts';
import type { OptionsOf, ServiceOptions, ServiceTable } from './service-options.ts';

/** The context of this plugin. */
export type LogrotateContext = PluginContext<LogrotateConfig, ServiceTable>;

/** What the parts of the plugin share. */
export interface Capture {
  readonly logs: CapturedLogs;
  readonly directory: string;
  readonly optionsOf: OptionsOf;
}

/** Hands the output of services to log files. */
export function captureOutput(context: LogrotateContext, { logs, directory, optionsOf }: Capture): void {
  const { hooks, config, log } = context;

  hooks.spawnSpec.tap('separate stderr', (spec, { service }) => {
    const options = optionsOf(service);
    return options.isEnabled && options.stderr !== undefined ? { ...spec, output: 'split' } : undefined;
  });
  hooks.onOutput.tap('log file', ({ service, stream, resume }) => {
    const options = optionsOf(service);
    const path = logPath(service, { stream, options, directory });
    if (path === undefined) return undefined;
    const settings = settingsOf({ options, spec: service.spec, budget: config.budget });
    const { lines } = options;
    return logs.sink({ service: service.name, stream, path, settings, lines, resume });
  });
  refuseUnsafe(context, (spec) => {
    const options = optionsOf(spec);
    const places = [logPath({ name: spec.name, spec }, { stream: 'output', options, directory })];
    if (options.stderr !== undefined)
      places.push(logPath({ name: spec.name, spec }, { stream: 'stderr', options, directory }));
    const trust = { serviceUid: uidOf(spec), su: options.rules.su };
    return places.flatMap((path) => (path === undefined ? [] : (whyUnsafe(dirname(path), trust) ?? [])));
  });
  log.debug({ directory }, `logs of services go to ${directory}`);
}

/** How the log of a service is written and rotated. */
export function settingsOf({
  options,
  spec,
  budget,
}: {
  options: ServiceOptions;
  spec: ServiceSpec;
  budget: number | undefined;
}): LogSettings {
  const largestLog = budget === undefined ? Infinity : Math.max(1, Math.floor(budget / 4));
  return { rules: options.rules, serviceUid: uidOf(spec), largestLog };
}

function uidOf({ user }: ServiceSpec): number | undefined {
  return user === undefined ? undefined : lookUpUser(user)?.uid;
}

/** Root keeps no logs where others could redirect them. Known before anything is started. */
function refuseUnsafe(context: LogrotateContext, reasonsOf: (spec: ServiceSpec) => readonly string[]): void {
  const { hooks, onActivate, supervisor } = context;
  let draft: PlanDraft | undefined;
  hooks.plan.tap({ name: 'read', stage: 'late' }, (final) => {
    draft = final;
  });
  onActivate(() => {
    const issues = (draft ?? supervisor.plan).services.flatMap((spec) =>
      reasonsOf(spec).map((reason) => ({
        code: 'ERR_CONFIG_UNSAFE' as const,
        message: `service "${spec.name}": cannot keep its log: ${reason}`,
        path: ['services', spec.name],
        hint: 'give the folder to root and take "w" from others, or name the account that owns it: su = "USER GROUP"',
      })),
    );
    if (issues.length > 0) throw new ConfigError(issues);
  });
}
