import { closeSync, constants, createReadStream, lstatSync, openSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import type { AnchoredPaths } from './anchored-path.ts';
import { hiddenName } from './compress.ts';

/**
 * What an interrupted compression left: `half` when the hidden file is still there (the original is whole), `double` when
 * the gzip file is complete and holds exactly the original, of which only the removal is missing.
 */
export async function findInterrupted({
  paths,
  path,
  target,
}: {
  readonly paths: AnchoredPaths;
  readonly path: string;
  readonly target: string;
}): Promise<'nothing' | 'half' | 'double'> {
  const original = lstatSync(paths.of(path), { throwIfNoEntry: false });
  if (original === undefined || !original.isFile()) return 'nothing';
  if (lstatSync(paths.of(hiddenName(target)), { throwIfNoEntry: false }) !== undefined) return 'half';
  const finished = lstatSync(paths.of(target), { throwIfNoEntry: false });
  if (finished === undefined || !finished.isFile()) return 'nothing';
  // Times have a finer grain than the copy keeps; a difference of microseconds is none.
  if (Math.abs(finished.mtimeMs - original.mtimeMs) > 0.002) return 'nothing';
  return (await holdsSame(paths.of(path), paths.of(target))) ? 'double' : 'nothing';
}

/** Whether a gzip file unpacks to exactly the bytes of another file. */
async function holdsSame(plain: string | Buffer, gzipped: string | Buffer): Promise<boolean> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const descriptors = [openSync(plain, flags), openSync(gzipped, flags)] as const;
  try {
    const [left, packed] = descriptors.map((fd) => createReadStream('', { fd, autoClose: false, start: 0 })) as [
      ReturnType<typeof createReadStream>,
      ReturnType<typeof createReadStream>,
    ];
    const right = createGunzip();
    packed.on('error', (error) => right.destroy(error)).pipe(right);
    return await isSameStream(left, right);
  } catch {
    return false;
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

async function isSameStream(left: AsyncIterable<Buffer>, right: AsyncIterable<Buffer>): Promise<boolean> {
  const rest = right[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of left) {
    for (let at = 0; at < chunk.length;) {
      if (held.length === 0) {
        const next = await rest.next();
        if (next.done === true) return false;
        held = next.value;
        continue;
      }
      const length = Math.min(held.length, chunk.length - at);
      if (!held.subarray(0, length).equals(chunk.subarray(at, at + length))) return false;
      held = held.subarray(length);
      at += length;
    }
  }
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
    if (next.value.length > 0) return false;
  }
  return held.length === 0;
}
