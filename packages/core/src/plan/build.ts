import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ConfigIssue } from '../errors/base.ts';
import { didYouMean } from '../errors/nearest.ts';
import { parseDuration } from './duration.ts';
import { isGoOverlayFile, isMigration } from './go-overlay.ts';
import type { Variables } from './interpolate.ts';
import { linkServices } from './links.ts';
import type { Plan, Timeouts } from './plan.ts';
import { readPlugins } from './plugin-list.ts';
import { readOptions } from './plugin-options.ts';
import { isProjectName, PROJECT_NAME, projectName } from './project.ts';
import { restartEntries } from './restart-schema.ts';
import type { RootTable, TimeoutsTable } from './tables.ts';
import { rootEntries, timeoutsEntries } from './schema.ts';
import { type KeyOwners, readDefaults, readService, rootKeyIssue } from './sections.ts';
import type { VariableRules } from './section-variables.ts';
import { type OwnedService, readSpecs, type SpecContext } from './service-spec.ts';
import { readTable } from './table.ts';
import { deepFreeze, isTable, show } from './values.ts';

/** What building a plan needs besides the configuration itself. */
export interface BuildOptions {
  /** Absolute path of the file, undefined when the values come from memory. */
  readonly file: string | undefined;
  /** Folder that relative paths start from, absolute. */
  readonly directory: string;
  /** Values of `${VAR}`. */
  readonly environment: Variables;
  /** Overrides the `project` key. */
  readonly project?: string | undefined;
  /** Names of the loaded plugins: `[services.<name>]` and `[plugins.<name>]` are theirs. */
  readonly pluginNames: ReadonlySet<string>;
  /** Further service keys of plugins, and which plugin owns each. */
  readonly serviceKeys: ReadonlyMap<string, string>;
  /** Where `${VAR}` is not simply replaced in sections of plugins, by the name of the section or key. Default: nowhere. */
  readonly sectionRules?: ReadonlyMap<string, VariableRules>;
  /** Reads an `env_file`. Default: the file system. */
  readonly readText?: (path: string) => string;
}

/** A plan, or undefined when at least one issue is an error. */
export interface BuildResult {
  readonly plan: Plan | undefined;
  readonly issues: readonly ConfigIssue[];
}

/** What plugins own of a configuration, whether or not the rest of it is right. */
export interface OwnedSections {
  /** Options by plugin name, as in {@link Plan.pluginConfig}. */
  readonly pluginConfig: Plan['pluginConfig'];
  readonly services: readonly OwnedService[];
}

/**
 * Builds the plan of a configuration: checks every value, fills in every default, expands variables and copies, links dependencies. All
 * issues are found in one pass. Never throws for any plain value. What only the machine knows (accounts, programs, files) is
 * `checkSystem`'s business.
 */
export function buildPlan(raw: unknown, options: BuildOptions): BuildResult & { readonly owned: OwnedSections } {
  const issues: ConfigIssue[] = [];
  const report = (issue: ConfigIssue): void => {
    if (!issues.some((known) => isSame(known, issue))) issues.push(issue);
  };
  if (!isTable(raw)) return { plan: undefined, issues: [notATable(raw)], owned: { pluginConfig: {}, services: [] } };
  const directory = resolve(options.directory);
  const owners: KeyOwners = { pluginNames: options.pluginNames, serviceKeys: options.serviceKeys };
  const root = readRoot(raw, report);
  const timeouts = readTimeouts(root.timeouts ?? {});
  const defaults = readDefaults(root.defaults ?? {}, { owners, report });
  const context: SpecContext = {
    directory,
    // process.env asks the operating system at every access.
    environment: { ...options.environment },
    timeouts,
    sectionRules: options.sectionRules ?? new Map(),
    readText: options.readText ?? ((path) => readFileSync(path, 'utf8')),
    inheritAll: isGoOverlayFile(raw, options.file),
  };
  const listed: readonly unknown[] = Array.isArray(raw['services']) ? raw['services'] : [];
  const tables = context.inheritAll ? listed.map((table, index) => withOneshot(table, { index, report })) : listed;
  const services = tables.flatMap((table, index) => {
    if (!isTable(table)) return [];
    const reading = readService(table, { index, defaults, owners, report });
    return [{ reading, ...readSpecs(reading, context) }];
  });
  const linked = linkServices(services, { isGoOverlay: context.inheritAll });
  reportUnownedOptions(root.plugins, { pluginNames: options.pluginNames, report });
  const project = readProject(raw, { override: options.project, directory, report });
  const { plugins, options: given } = readPlugins(raw);
  const pluginConfig = readOptions(given, { ...context, report });
  const owned = { pluginConfig, services: services.flatMap((service) => service.owned) };
  if (issues.some((issue) => issue.severity !== 'warning')) return { plan: undefined, issues, owned };
  const plan: Plan = deepFreeze({
    project,
    services: linked,
    timeouts,
    plugins,
    pluginConfig,
    source: { file: options.file, directory },
  });
  return { plan, issues, owned };
}

/** Go Overlay has no `type`: what it calls a migration is a oneshot, said aloud. */
function withOneshot(table: unknown, options: { index: number; report: (issue: ConfigIssue) => void }): unknown {
  if (!isTable(table) || typeof table['name'] !== 'string' || !isMigration(table['name'])) return table;
  options.report({
    code: 'ERR_CONFIG_TYPE',
    severity: 'warning',
    message: `service "${table['name']}" is taken for a oneshot because of its name: dependents wait for its end`,
    path: ['services', options.index, 'name'],
    hint: 'write type = "oneshot" or "simple" to say it yourself, and inherit_env = true under [defaults]: the file is no Go Overlay file then',
  });
  return { ...table, type: 'oneshot' };
}

function readRoot(raw: Readonly<Record<string, unknown>>, report: (issue: ConfigIssue) => void): Partial<RootTable> {
  return readTable<RootTable>({
    raw,
    entries: rootEntries,
    path: [],
    subject: 'the configuration',
    report,
    nested: { timeouts: timeoutsEntries, restart: restartEntries },
    unknown: rootKeyIssue,
  });
}

/** Options that no loaded plugin would ever see. */
function reportUnownedOptions(
  plugins: RootTable['plugins'] | undefined,
  { pluginNames, report }: { readonly pluginNames: ReadonlySet<string>; readonly report: (issue: ConfigIssue) => void },
): void {
  if (plugins === undefined || Array.isArray(plugins)) return;
  for (const [name, options] of Object.entries(plugins)) {
    if (pluginNames.has(name) || !isTable(options)) continue;
    report({
      code: 'ERR_CONFIG_UNKNOWN_KEY',
      message: `cannot use the options of plugin "${name}": no plugin of this name is loaded`,
      path: ['plugins', name],
      at: 'key',
      hint: didYouMean(name, pluginNames) ?? 'name the table after the plugin, and its module with use = "…"',
    });
  }
}

function readTimeouts(table: Partial<TimeoutsTable>): Timeouts {
  // As in Go Overlay, 0 stands for the default and not for "at once".
  const limit = (key: keyof TimeoutsTable, defaultMs: number): number => parseDuration(table[key]) || defaultMs;
  return {
    postScriptMs: limit('post_script_timeout', 7000),
    serviceShutdownMs: limit('service_shutdown_timeout', 10_000),
    globalShutdownMs: limit('global_shutdown_timeout', 30_000),
    dependencyWaitMs: limit('dependency_wait_timeout', 300_000),
  };
}

function readProject(
  raw: unknown,
  options: {
    readonly override: string | undefined;
    readonly directory: string;
    readonly report: (issue: ConfigIssue) => void;
  },
): string {
  const { override, directory, report } = options;
  if (override === undefined) return projectName(raw, directory);
  if (!isProjectName(override)) {
    report({
      code: 'ERR_CONFIG_TYPE',
      message: `cannot use the project name ${show(override)}: expected at most 60 characters of the form ${PROJECT_NAME.source}`,
      path: [],
    });
  }
  return override;
}

function notATable(raw: unknown): ConfigIssue {
  return {
    code: 'ERR_CONFIG_TYPE',
    message: `cannot use the configuration: expected a table, received ${show(raw)}`,
    path: [],
    hint: raw === undefined || raw === null || raw === '' ? 'the file is empty; add [[services]]' : undefined,
  };
}

/** Copies share the issues of their table, and services those of `[defaults]`. */
function isSame(a: ConfigIssue, b: ConfigIssue): boolean {
  const isAtOnePlace = a.path.length === b.path.length && a.path.every((key, index) => key === b.path[index]);
  return isAtOnePlace && (a.message === b.message || (a.code === b.code && a.path[0] === 'defaults'));
}
