import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const top = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The published packages: folder (absolute), name, and manifest. */
export const packages = readdirSync(join(top, 'packages')).map((name) => {
  const folder = join(top, 'packages', name);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return { folder, name: manifest.name, manifest };
});

/** Entry points of a package that have types: the export's name and the path of its declaration file. */
export function typedEntries({ folder, manifest }) {
  return Object.entries(manifest.exports)
    .filter(([, target]) => typeof target === 'object' && target.types !== undefined)
    .map(([entry, target]) => ({ entry, types: join(folder, target.types) }));
}
