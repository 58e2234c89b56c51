import * as v from 'valibot';
import { LONGEST_PROJECT_NAME, PROJECT_NAME } from './project.ts';
import { describe, duration, type Entries, flag, optionalEntries, optionalTable, text } from './schema-parts.ts';
import { serviceEntries } from './service-schema.ts';
import type { RootTable, TimeoutsTable } from './tables.ts';

/** `[timeouts]` */
export const timeoutsEntries: Entries<TimeoutsTable> = {
  post_script_timeout: describe(duration, {
    title: 'Script timeout',
    description: 'Limit on a pos_script. 0 means the default.',
    default: 7,
  }),
  service_shutdown_timeout: describe(duration, {
    title: 'Stop timeout',
    description: 'Stop signal to SIGKILL. 0 means the default.',
    default: 10,
  }),
  global_shutdown_timeout: describe(duration, {
    title: 'Shutdown timeout',
    description: 'Limit on the whole shutdown. 0 means the default.',
    default: 30,
  }),
  dependency_wait_timeout: describe(duration, {
    title: 'Dependency timeout',
    description: 'Longest wait for dependencies. 0 means the default.',
    default: 300,
  }),
};

/** The top of a file. */
export const rootEntries: Entries<RootTable> = {
  project: describe(
    v.pipe(
      text,
      v.regex(PROJECT_NAME, 'lower-case letters, digits, ".", "_" and "-", beginning with a letter or digit'),
      v.maxLength(LONGEST_PROJECT_NAME, `at most ${LONGEST_PROJECT_NAME} characters`),
    ),
    {
      title: 'Project',
      description: "Tells daemons of one machine apart. Default: the folder's name and six digits made from its path.",
    },
  ),
  plugins: describe(
    v.union(
      [
        v.array(v.pipe(text, v.minLength(1, 'the name of a plugin')), 'a list of plugin names'),
        v.record(text, v.union([flag, v.looseObject({})], 'a table of options, true or false')),
      ],
      'a list of plugin names, or a table of options by plugin name',
    ),
    {
      title: 'Plugins',
      description:
        'Plugins to load: a list of names, or one table for each (`[plugins.NAME]`) with its options, where `use` names another module to load it from. What is not listed is not loaded.',
      default: [],
    },
  ),
  timeouts: describe(optionalTable(timeoutsEntries), {
    title: 'Timeouts',
    description: 'Limits that hold for all services.',
  }),
  defaults: describe(v.looseObject({}, 'a table of service keys'), {
    title: 'Defaults',
    description: "Any key of a service but `name`. A service's own value wins; tables are merged key by key.",
  }),
  services: describe(v.array(v.looseObject({}, 'a table'), 'a list of tables, each under [[services]]'), {
    title: 'Services',
    description: 'The services.',
    default: [],
  }),
};

/** Every key of a service as one schema, for reference pages and JSON Schema. All but `name` and `command` are optional. */
export const serviceSchema: v.GenericSchema = v.strictObject({
  ...optionalEntries(serviceEntries),
  name: serviceEntries.name,
  command: serviceEntries.command,
});

/** `[timeouts]` as one schema. */
export const timeoutsSchema: v.GenericSchema = optionalTable(timeoutsEntries);

/** A whole configuration as one schema. */
export const configSchema: v.GenericSchema = v.strictObject({
  ...optionalEntries(rootEntries),
  defaults: v.optional(v.pipe(optionalTable(serviceEntries), v.metadata({ ...v.getMetadata(rootEntries.defaults) }))),
  services: v.optional(v.pipe(v.array(serviceSchema), v.metadata({ ...v.getMetadata(rootEntries.services) }))),
});
