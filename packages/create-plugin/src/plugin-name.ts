import { RESERVED_NAMES } from './reserved-names.ts';

/** What a plugin is called, where. */
export interface PluginName {
  /** In `plugins = [...]`, `[plugins.<name>]` and `[services.<name>]`, and the verb of its command: `my-thing`. */
  readonly short: string;
  /** On npm: `tappet-plugin-my-thing` or `@acme/tappet-plugin-my-thing`. */
  readonly package: string;
  /** The folder: the name of the package without its scope. */
  readonly folder: string;
}

/** npm's limit on the name of a package (https://docs.npmjs.com/cli/configuring-npm/package-json#name). */
const LONGEST = 214;

const NAME = /^(?:(?<scope>@[a-z0-9][a-z0-9-]*)\/)?(?:tappet-plugin-)?(?<short>[a-z0-9]+(?:-[a-z0-9]+)*)$/;

/** Reads `my-thing`, `tappet-plugin-my-thing` or either with a scope. Undefined when {@link whyNoPluginName} says why. */
export function readPluginName(text: string): PluginName | undefined {
  if (whyNoPluginName(text) !== undefined) return undefined;
  const { scope, short = '' } = NAME.exec(text)?.groups ?? {};
  const folder = `tappet-plugin-${short}`;
  return { short, folder, package: scope === undefined ? folder : `${scope}/${folder}` };
}

/** How a configuration lists it: the short name is found without a scope only. */
export function configName({ short, package: packageName }: PluginName): string {
  return packageName.startsWith('@') ? packageName : short;
}

/** What keeps a text from naming a new plugin, as a whole sentence, or undefined when nothing does. */
export function whyNoPluginName(text: string): string | undefined {
  const short = NAME.exec(text)?.groups?.['short'];
  if (short === undefined) {
    return `"${text}" is no name of a plugin: expected small letters, digits and "-" between them, such as "my-thing" or "@acme/my-thing"`;
  }
  const reserved = RESERVED_NAMES.get(short);
  if (reserved !== undefined) return `"${short}" cannot be a plugin of yours: ${reserved}`;
  if (text.length + 'tappet-plugin-'.length > LONGEST) {
    return `the name has ${text.length} characters, npm takes at most ${LONGEST - 'tappet-plugin-'.length}`;
  }
  return undefined;
}
