import { existsSync } from 'node:fs';
import type { ConfigSource, LoadedConfig, TappetError } from '@tappet/core';
import type { CosmiconfigResult } from 'cosmiconfig';
import { findConfigFile } from './locate.ts';
import { currentReader, type Reader } from './safety.ts';
import { baseDirectory, canonicalPath, SEARCH_PLACES } from './search-places.ts';

/** A configuration in a file. */
export interface FileSource extends ConfigSource {
  /** Absolute. */
  readonly file: string;
}

/** A given file as a source. A relative path starts from `cwd`. Whether it is there shows when it is loaded. */
export function fileSource(
  path: string,
  options: { readonly cwd?: string; readonly reader?: Reader } = {},
): FileSource {
  const file = canonicalPath(path, options.cwd ?? process.cwd());
  return { file, load: () => readConfig(file, options.reader ?? currentReader()) };
}

/** The configuration that applies in a folder as a source. Rejects with ERR_CONFIG_NOT_FOUND when there is none. */
export async function findSource(cwd: string): Promise<FileSource> {
  const file = await findConfigFile(cwd).catch((error: unknown) => readingError(error, cwd));
  if (file !== undefined) return fileSource(file, { cwd });
  throw await notFound(`cannot find a configuration in ${cwd} or the folders above it`, {
    hint: `write services.toml (tappet init helps), or name a file with --config; looked for ${SEARCH_PLACES.join(', ')}`,
  });
}

/**
 * Reads a file. Rejects with a ConfigError when it is not to be trusted, has a syntax error or cannot be read, and with
 * ERR_CONFIG_NOT_FOUND when it is not there.
 */
async function readConfig(file: string, reader: Reader): Promise<LoadedConfig> {
  if (!existsSync(file)) {
    throw await notFound(`cannot read ${file}: there is no such file`, {
      hint: 'check the path, or leave --config out to search from the current folder',
    });
  }
  const [{ cosmiconfig }, { isPackageFile, safeLoaders }, { refuseForeignSteering }] = await Promise.all([
    import('cosmiconfig'),
    import('./loaders.ts'),
    import('./steering.ts'),
  ]);
  const texts = new Map<string, string>();
  const read = async (): Promise<CosmiconfigResult> => {
    refuseForeignSteering(reader);
    const loaders = safeLoaders({ reader, onText: (path, text) => texts.set(path, text) });
    return cosmiconfig('tappet', { cache: false, loaders }).load(file);
  };
  const found = await read().catch((error: unknown) => readingError(error, file, texts));
  if (found === null) {
    throw await notFound(`cannot use ${file}: it has no "tappet" property`, {
      hint: 'add the configuration under "tappet", or name another file',
    });
  }
  const raw: unknown = found.config;
  const { locateIssues } = await import('./locate-issue.ts');
  // Once files are merged, positions in their values are no positions in this file.
  const text = texts.size === 1 ? texts.get(file) : undefined;
  const source = { file, text, raw, prefix: isPackageFile(file) ? ['tappet'] : [] };
  return { raw, file, directory: baseDirectory(file), locate: (issues) => locateIssues(issues, source) };
}

/** The core, and what knows about errors, is only needed to say what is wrong: a client that finds everything in place does without. */
async function readingError(
  error: unknown,
  file: string,
  texts: ReadonlyMap<string, string> = new Map(),
): Promise<never> {
  const { ConfigError } = await import('@tappet/core');
  const { readingIssue } = await import('./reading-issue.ts');
  throw new ConfigError([readingIssue(error, { file, texts })], file);
}

async function notFound(message: string, { hint }: { readonly hint: string }): Promise<TappetError> {
  const { TappetError } = await import('@tappet/core');
  return new TappetError(message, { code: 'ERR_CONFIG_NOT_FOUND', hint });
}
