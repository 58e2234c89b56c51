import type { Variables } from '../plan/interpolate.ts';
import { inspect, type Inspection } from './inspect.ts';
import type { LoadedConfig, SupervisorOptions } from './options.ts';

/** Reads the configuration of a supervisor and looks at it. Rejects with a ConfigError when it cannot be read at all. */
export async function readConfiguration(options: SupervisorOptions, environment: Variables): Promise<Inspection> {
  const { plugins = [], pluginFolders = [], project } = options;
  return inspect(await load(options), { environment, plugins, pluginFolders, project });
}

function load({ source, services = [], project = 'tappet' }: SupervisorOptions): Promise<LoadedConfig> | LoadedConfig {
  if (source !== undefined) return source.load();
  return {
    raw: { services, project },
    file: undefined,
    directory: process.cwd(),
    locate: (issues) => issues,
  };
}
