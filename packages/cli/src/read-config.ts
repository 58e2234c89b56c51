import type { ConfigSource, LoadedConfig } from '@tappet/core';

/** Where the configuration comes from: the given file, else the one found from the current folder. */
export async function configSource(config: string | undefined, cwd: string): Promise<ConfigSource> {
  const { fileSource, findSource } = await import('./config/index.ts');
  return config === undefined ? findSource(cwd) : fileSource(config);
}

/** The configuration as plain values. Rejects with a ConfigError when there is none or it cannot be read. */
export async function readConfig(config: string | undefined, cwd: string): Promise<LoadedConfig> {
  return (await configSource(config, cwd)).load();
}
