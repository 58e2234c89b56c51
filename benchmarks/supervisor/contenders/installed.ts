import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Why programs cannot be run: undefined when all of them are in PATH. */
export function missingPrograms(...names: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(':');
  const missing = names.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  return missing.length === 0 ? undefined : `${missing.join(', ')} not in PATH`;
}
