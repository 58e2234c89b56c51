import { fileURLToPath } from 'node:url';

/** Programs of this package that run as processes of their own. */
export type ChildProgram = 'bin' | 'execute/su-agent';

/** The file to run. Bundles lie side by side, so a path from the root of the sources is one from the bundle, too. */
export function childProgram(name: ChildProgram): string {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`./${name}.${ending}`, import.meta.url));
}
