import { spawn } from 'node:child_process';
import { createReadStream, existsSync, readFileSync, realpathSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** A package that was packed: its tarball, and the manifest in it. */
export interface PackedPackage {
  readonly tarball: string;
  readonly manifest: Manifest;
}

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly [key: string]: unknown;
}

/** An npm registry on 127.0.0.1 that is gone when it is disposed of. */
export interface LocalRegistry extends AsyncDisposable {
  readonly url: string;
}

interface Release {
  readonly manifest: Manifest;
  write(response: ServerResponse): Promise<void>;
}

/**
 * Serves packages that were packed, and everything that is installed in a workspace (with a package-lock.json) besides. So an
 * install elsewhere gets exactly what would be published, and needs no network.
 */
export async function localRegistry(options: {
  readonly packed: readonly PackedPackage[];
  readonly workspace: string;
}): Promise<LocalRegistry> {
  const releases = new Map<string, Release[]>();
  const add = (release: Release): void => {
    releases.set(release.manifest.name, [...(releases.get(release.manifest.name) ?? []), release]);
  };
  for (const { manifest, tarball } of options.packed) {
    add({ manifest, write: (response) => pipeline(createReadStream(tarball), response) });
  }
  for (const folder of installedFolders(options.workspace)) {
    add({ manifest: readManifest(folder), write: (response) => writeFolder(folder, response) });
  }

  const server = createServer((request, response) => {
    const [name = '', version] = decodeURIComponent(request.url ?? '')
      .slice(1)
      .split('/-/');
    const known = releases.get(name);
    if (known === undefined) {
      response.writeHead(404).end('{}');
      return;
    }
    const wanted = known.find(({ manifest }) => `${manifest.version}.tgz` === version);
    if (wanted !== undefined) wanted.write(response).catch((error: Error) => response.destroy(error));
    else response.end(JSON.stringify(packument(name, known, url())));
  });
  const url = (): string => {
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    url: url(),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md */
function packument(name: string, releases: readonly Release[], base: string): object {
  const versions = releases.map(({ manifest }) => [
    manifest.version,
    { ...manifest, dist: { tarball: `${base}/${encodeURIComponent(name)}/-/${manifest.version}.tgz` } },
  ]);
  return { name, 'dist-tags': { latest: releases[0]?.manifest.version }, versions: Object.fromEntries(versions) };
}

/** Those at the top first: their version counts as the latest. */
function installedFolders(workspace: string): readonly string[] {
  const lock = JSON.parse(readFileSync(join(workspace, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly link?: boolean }>>;
  };
  return Object.entries(lock.packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && link !== true)
    .map(([path]) => path)
    .toSorted((left, right) => left.split('node_modules/').length - right.split('node_modules/').length)
    .map((path) => join(workspace, path))
    .filter((folder) => existsSync(join(folder, 'package.json')));
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** npm takes a tar that is not compressed, and on one machine compressing is only work. */
async function writeFolder(folder: string, response: ServerResponse): Promise<void> {
  const args = ['-c', '--exclude=./node_modules', '--transform=s,^\\.,package,', '-C', realpathSync(folder), '.'];
  const tar = spawn('tar', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await pipeline(tar.stdout, response);
}
