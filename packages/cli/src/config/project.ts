import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileSource } from './read.ts';
import { baseDirectory } from './search-places.ts';

/**
 * The project of a configuration file, as the daemon that runs it calls it. Reads as little as it can: a TOML file without a `project` key
 * is not even parsed. Rejects like the source of the file when it cannot be read.
 */
export async function projectOf(file: string): Promise<string> {
  const { projectName } = await import('@tappet/core/runtime');
  const directory = baseDirectory(file);
  if (extname(file) === '.toml' && !mayNameProject(readText(file))) return projectName({}, directory);
  const { raw } = await fileSource(file).load();
  return projectName(raw, directory);
}

/** False when a TOML text surely neither sets the key nor imports a file that could. */
function mayNameProject(text: string | undefined): boolean {
  return text === undefined || /project|\\u|\$import/i.test(text.replace(/^\s*#.*$/gm, ''));
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
