import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Plugin } from './define-plugin.ts';

/**
 * The plugin with options given as a value, for programs that load plugins as values and have no configuration file. They are
 * checked by its `configSchema` as always; a key that also stands in `[plugins.<name>]` is taken from there.
 *
 * ```ts
 * createSupervisor({ services, plugins: [configured(budget, { perHour: 5 })] });
 * ```
 */
export function configured<Config, ServiceConfig>(
  plugin: Plugin<Config, ServiceConfig>,
  options: unknown,
): Plugin<Config, ServiceConfig> {
  const { configSchema } = plugin;
  const schema: StandardSchemaV1<unknown, Config> = {
    // With whatever tells of its keys and its form in JSON Schema.
    ...configSchema,
    '~standard': {
      version: 1,
      vendor: 'tappet',
      ...configSchema?.['~standard'],
      validate(section) {
        const value = merge(options, section);
        // Without a schema the plugin takes what comes, as it does from a file.
        return configSchema?.['~standard'].validate(value) ?? { value: value as Config };
      },
    },
  };
  return { ...plugin, configSchema: schema };
}

function merge(options: unknown, section: unknown): unknown {
  return isTable(options) && isTable(section) ? { ...options, ...section } : options;
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
