import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { currentReader } from './safety.ts';
import { canonicalPath, SEARCH_PLACES } from './search-places.ts';

/**
 * The configuration that applies in a folder: the first of {@link SEARCH_PLACES} there, else in the folders above it, up to one with a
 * `package.json`. Nothing of it is read or run yet. Undefined when there is none.
 */
export async function findConfigFile(cwd: string): Promise<string | undefined> {
  // The first place in the nearest folder wins whatever else is there: most calls need no search.
  const nearest = join(cwd, SEARCH_PLACES[0] ?? '');
  if (existsSync(nearest)) return canonicalPath(nearest, cwd);
  const [{ cosmiconfig }, { isPackageFile }, { refuseForeignSteering }] = await Promise.all([
    import('cosmiconfig'),
    import('./loaders.ts'),
    import('./steering.ts'),
  ]);
  refuseForeignSteering(currentReader());
  const explorer = cosmiconfig('tappet', {
    searchPlaces: [...SEARCH_PLACES],
    searchStrategy: 'project',
    ignoreEmptySearchPlaces: false,
    cache: false,
    loaders: Object.fromEntries(EXTENSIONS.map((extension) => [extension, presence])),
  });
  const found = await explorer.search(cwd);
  if (found === null || (found.isEmpty === true && isPackageFile(found.filepath))) return undefined;
  return canonicalPath(found.filepath, cwd);

  /** Says that a file is there, without looking at it; of a package.json only whether it has the property. */
  function presence(file: string, text: string): unknown {
    return isPackageFile(file) ? packageJson(text) : { isThere: true };
  }
}

const EXTENSIONS = ['.toml', '.ts', '.js', '.mjs', '.json', '.yaml', '.yml', 'noExt'];

function packageJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Somebody else's broken file is no configuration of ours.
    return {};
  }
}
