import { projectName } from '@tappet/core';
import { readConfig } from './read-config.ts';

/** The project that a configuration stands for, and the file it was read from. */
export interface FoundProject {
  readonly project: string;
  readonly file: string | undefined;
}

/** That of a given file, else of the one found from the current folder. Rejects with a ConfigError when it cannot be read. */
export async function projectFor(config: string | undefined, cwd: string): Promise<FoundProject> {
  const { raw, directory, file } = await readConfig(config, cwd);
  return { project: projectName(raw, directory), file };
}
