import { loadPlugins, readPlugins } from '@tappet/core';
import { type Invocation, textOption } from '../command-line/definition.ts';
import { assembleSchema } from '../config/json-schema.ts';
import { EXIT } from '../exit-codes.ts';
import { readConfig } from '../read-config.ts';

/** `tappet schema`: one JSON Schema of the core's keys and those of the plugins that the configuration lists. */
export async function run({ options, io }: Invocation): Promise<number> {
  const config = textOption(options, 'config');
  // Without a configuration there is nothing to complete but the core's own keys, and that is worth having too.
  const loaded = await readConfig(config, io.cwd).catch((error: unknown) => {
    if (config !== undefined) throw error;
    return undefined;
  });
  const entries = loaded === undefined ? [] : await loadPlugins(readPlugins(loaded.raw).plugins, loaded.directory);
  io.out(`${JSON.stringify(assembleSchema(entries.map(({ plugin }) => plugin)), undefined, 2)}\n`);
  return EXIT.fine;
}
