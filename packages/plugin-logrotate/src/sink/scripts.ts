import { runChild } from '../execute/child.ts';
import type { RotationRules, ScriptName } from '../language/rules.ts';

/** Runs these scripts of a log one after the other, with its path as their argument. False when one failed; later ones are left out. */
export async function runScripts({
  scripts,
  names,
  path,
}: {
  readonly scripts: RotationRules['scripts'];
  readonly names: readonly ScriptName[];
  readonly path: string;
}): Promise<boolean> {
  for (const name of names) {
    const text = scripts[name];
    if (text === undefined) continue;
    const { code } = await runChild({
      command: '/bin/sh',
      args: ['-c', text, 'logrotate_script', path],
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (code !== 0) return false;
  }
  return true;
}
