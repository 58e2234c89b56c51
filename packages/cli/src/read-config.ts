import type { LoadedConfig } from '@tappet/core';
import { type FileSource, fileSource, findSource } from './config/read.ts';

/** Where the configuration comes from: the given file, else the one found from the current folder. Rejects when there is none. */
export async function configSource(config: string | undefined, cwd: string): Promise<FileSource> {
  return config === undefined ? findSource(cwd) : fileSource(config, { cwd });
}

/** The configuration as plain values. Rejects with ERR_CONFIG_NOT_FOUND when there is none, with a ConfigError when it cannot be read. */
export async function readConfig(config: string | undefined, cwd: string): Promise<LoadedConfig> {
  return (await configSource(config, cwd)).load();
}
