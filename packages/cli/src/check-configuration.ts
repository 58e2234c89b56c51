import {
  type ConfigIssue,
  type LoadedConfig,
  type Plan,
  type PluginEntry,
  buildPlan,
  checkSystem,
  loadPlugins,
  lookUpGroup,
  lookUpUser,
  pathKind,
  readPlugins,
  resolveCommand,
} from '@tappet/core';
import { ConfigError } from '@tappet/core';
import control from '@tappet/plugin-control';
import { checkSections } from './check-sections.ts';

/** What a check found. The plan is undefined when no plan can be made of the configuration. */
export interface CheckResult {
  readonly plan: Plan | undefined;
  /** Located in the file, errors and warnings. */
  readonly issues: readonly ConfigIssue[];
}

/** Everything that can be known to be wrong with a configuration without starting anything: its form, the sections of plugins, this machine. */
export async function checkConfiguration(
  loaded: LoadedConfig,
  { environment, project }: { environment: Readonly<Record<string, string | undefined>>; project: string | undefined },
): Promise<CheckResult> {
  const { entries, issues: missing } = await listed(loaded);
  const plugins = [...entries.map(({ plugin }) => plugin), control];
  const { plan, issues } = buildPlan(loaded.raw, {
    file: loaded.file,
    directory: loaded.directory,
    environment,
    ...(project === undefined ? {} : { project }),
    // What is listed and not installed has been reported; its sections are not unknown on top of that.
    pluginNames: new Set([...plugins.map(({ name }) => name), ...readPlugins(loaded.raw).plugins]),
    serviceKeys: new Map(
      plugins.flatMap((plugin) => Object.keys(plugin.serviceKeys ?? {}).map((key) => [key, plugin.name] as const)),
    ),
  });
  const sections = await checkSections(loaded.raw, plugins);
  const system = plan === undefined ? [] : await checkSystem(plan, { lookups: LOOKUPS, environment });
  return { plan, issues: loaded.locate([...missing, ...issues, ...sections, ...byPosition(system, loaded.raw)]) };
}

const LOOKUPS: Parameters<typeof checkSystem>[1]['lookups'] = {
  lookUpUser: (name) => lookUpUser(name) !== undefined,
  lookUpGroup: (name) => lookUpGroup(name) !== undefined,
  resolveCommand: (command, { path, cwd }) => resolveCommand({ command, path, cwd }),
  kindOf: pathKind,
};

async function listed(
  loaded: LoadedConfig,
): Promise<{ entries: readonly PluginEntry[]; issues: readonly ConfigIssue[] }> {
  try {
    return { entries: await loadPlugins(readPlugins(loaded.raw).plugins, loaded.directory), issues: [] };
  } catch (error) {
    if (error instanceof ConfigError) return { entries: [], issues: error.issues };
    throw error;
  }
}

/** The check of the machine names services; the file counts them. */
function byPosition(issues: readonly ConfigIssue[], raw: unknown): ConfigIssue[] {
  const services = typeof raw === 'object' && raw !== null && 'services' in raw ? raw.services : undefined;
  if (!Array.isArray(services)) return [...issues];
  return issues.map((issue) => {
    const [first, name, ...rest] = issue.path;
    const position = services.findIndex(
      (service: unknown) =>
        typeof service === 'object' && service !== null && 'name' in service && service.name === name,
    );
    return first === 'services' && position !== -1 ? { ...issue, path: ['services', position, ...rest] } : issue;
  });
}
