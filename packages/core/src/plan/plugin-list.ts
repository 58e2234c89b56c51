import { isTable } from './values.ts';

/** What a configuration says about plugins, before anything else of it is looked at. */
export interface PluginList {
  /** Names or module specifiers to load, in the order of the file. */
  readonly plugins: readonly string[];
  /** Options by plugin name. */
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Reads `plugins`: a list of names, or a table of options by name. In a table `true` is a plugin without options, `false` one that is not
 * loaded, and `use` inside the options names the module when it is not found by the name. Whatever has another form is
 * left out; `buildPlan` reports it.
 */
export function readPlugins(raw: unknown): PluginList {
  const value = isTable(raw) ? raw['plugins'] : undefined;
  if (Array.isArray(value)) {
    const names = value.filter((name): name is string => typeof name === 'string' && name !== '');
    return { plugins: [...new Set(names)], options: {} };
  }
  if (!isTable(value)) return { plugins: [], options: {} };
  const listed = Object.entries(value).filter(
    ([name, options]) => name !== '' && (options === true || isTable(options)),
  );
  return {
    plugins: listed.map(([name, options]) => moduleOf(options) ?? name),
    options: Object.fromEntries(listed.map(([name, options]) => [name, withoutUse(options)])),
  };
}

function moduleOf(options: unknown): string | undefined {
  return isTable(options) && typeof options['use'] === 'string' && options['use'] !== '' ? options['use'] : undefined;
}

function withoutUse(options: unknown): Readonly<Record<string, unknown>> {
  return isTable(options) ? Object.fromEntries(Object.entries(options).filter(([key]) => key !== 'use')) : {};
}
