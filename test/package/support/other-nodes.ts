import { mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { npm, run } from './consumer.ts';

/** A Node on PATH that is too old for Tappet, undefined when there is none. */
export async function findOldNode(): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  for (const folder of [...folders, '/usr/bin', '/usr/local/bin']) {
    const node = join(folder, 'node');
    const { code, stdout } = await run([node, '--version'], { cwd: '/' });
    const [major = 0, minor = 0] = stdout.slice(1).split('.').map(Number);
    if (code === 0 && (major < 22 || (major === 22 && minor < 18))) return node;
  }
  console.warn('SKIPPED: there is no Node below 22.18 on PATH');
  return undefined;
}

/** Installs the newest Node 22 into a folder. Undefined where that cannot be done; in CI that is an error. */
export async function installNode22(folder: string): Promise<string | undefined> {
  mkdirSync(folder, { recursive: true });
  const node = join(folder, 'node_modules/node/bin/node');
  try {
    const install = (): Promise<void> => npm(['install', '--no-save', '--prefix', folder, 'node@22'], folder);
    // 40 MB over the network: once more before it counts as a failure.
    await install().catch(install);
    const { stdout } = await run([node, '--version'], { cwd: folder });
    if (!stdout.startsWith('v22.')) throw new Error(`it is ${stdout}`);
    return node;
  } catch (error) {
    if (process.env['CI'] !== undefined) throw error;
    console.warn(`SKIPPED: cannot install Node 22: ${String(error)}`);
    return undefined;
  }
}
