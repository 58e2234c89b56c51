import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { localRegistry, type Manifest, type PackedPackage } from '../local-registry.ts';

export const REPOSITORY: string = fileURLToPath(new URL('../../../', import.meta.url));

/** What a program wrote and how it ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder outside the workspace in which every package is installed from its tarball, as from the registry. */
export interface Consumer extends Disposable {
  readonly folder: string;
  /** Names of the packages. */
  readonly packages: readonly string[];
  /** The entries that can be imported, such as `@tappet/core/testing`. */
  readonly entries: readonly string[];
  write(name: string, text: string): string;
}

/** Packs every package and installs all tarballs. Takes some ten seconds. */
export async function makeConsumer(): Promise<Consumer> {
  const root = mkdtempSync(join(tmpdir(), 'tappet-package-'));
  const tarballs = join(root, 'tarballs');
  const folder = join(root, 'app');
  for (const path of [tarballs, folder]) mkdirSync(path);

  const packed = await packAll(tarballs);
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }');
  await using registry = await localRegistry({ packed, workspace: REPOSITORY });
  await npm(['install', ...packed.map(({ tarball }) => tarball)], folder, registry.url);

  const packages = readdirSync(join(folder, 'node_modules/@tappet')).map((name) => `@tappet/${name}`);
  return {
    folder,
    packages,
    entries: packages.flatMap((name) => entriesOf(join(folder, 'node_modules', name), name)),
    write(name, text) {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
    [Symbol.dispose]() {
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Packs every package into a folder, as npm would publish it. */
export async function packAll(tarballs: string): Promise<readonly PackedPackage[]> {
  const sources = readdirSync(join(REPOSITORY, 'packages')).map((name) => join(REPOSITORY, 'packages', name));
  await npm(['pack', ...sources, '--ignore-scripts', '--pack-destination', tarballs], tarballs);
  return sources.map((path) => {
    const manifest = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest;
    const { name, version } = manifest;
    return { manifest, tarball: join(tarballs, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`) };
  });
}

function entriesOf(folder: string, name: string): string[] {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { exports: object };
  return Object.keys(exports)
    .filter((entry) => entry !== './package.json')
    .map((entry) => join(name, entry));
}

/** Runs npm with a registry (default: that of this machine) and the cache of this machine, and nothing else of an npm that runs these tests. */
export async function npm(args: readonly string[], cwd: string, registry?: string): Promise<void> {
  const kept = new Set(['npm_config_registry', 'npm_config_cache', 'npm_config_userconfig']);
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('npm_') || kept.has(name)),
  );
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  if (registry !== undefined) env['npm_config_registry'] = registry;
  const { code, stderr } = await run(['npm', ...args, ...quiet], { cwd, env });
  if (code !== 0) throw new Error(`npm ${args[0]} failed with ${code}: ${stderr}`);
}

/** Runs a program to its end. */
export function run(
  [command = '', ...args]: readonly string[],
  { cwd, env = process.env }: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env, timeout: 240_000, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 255, stdout, stderr }),
    );
  });
}
