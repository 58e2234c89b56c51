import type { ServiceInput } from '../supervisor/options.ts';

/** A configuration for a harness: the keys of the file. A plugin under test finds its options under `plugins.<name>`. */
export interface HarnessConfig {
  readonly services?: readonly ServiceInput[];
  readonly defaults?: Readonly<Record<string, unknown>>;
  readonly timeouts?: Readonly<Record<string, unknown>>;
  readonly plugins?: Readonly<Record<string, unknown>>;
}

/** A configuration cut in two: what the supervisor reads, and the options of plugins that are given as values. */
export interface SplitConfig {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Reads the configuration of a harness. Text is TOML and needs the package `smol-toml`.
 * Throws a TypeError when it has no table of plugin options where one is expected.
 */
export async function readHarnessConfig(config: HarnessConfig | string): Promise<SplitConfig> {
  const table: Readonly<Record<string, unknown>> = typeof config === 'string' ? await parseToml(config) : { ...config };
  const { plugins = {}, ...raw } = table;
  if (!isTable(plugins)) {
    throw new TypeError('config: expected options under [plugins.<name>]; the harness loads the plugins it was given');
  }
  return { raw: { project: 'harness', ...raw }, options: plugins };
}

async function parseToml(text: string): Promise<Readonly<Record<string, unknown>>> {
  let toml: { parse(text: string): Record<string, unknown> };
  try {
    toml = await import('smol-toml');
  } catch (error) {
    throw new Error('cannot read a configuration given as text: run npm install --save-dev smol-toml', {
      cause: error,
    });
  }
  return toml.parse(text);
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
