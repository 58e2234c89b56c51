import { closeSync, constants, lstatSync, openSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { AnchoredPaths } from './anchored-path.ts';
import { hiddenName } from './compress.ts';
import { DescriptorStream } from './descriptor-stream.ts';

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
  const [left, packed] = [new DescriptorStream(descriptors[0]), new DescriptorStream(descriptors[1])];
  let isSame = false;
  try {
    await pipeline(packed.chunks(), createGunzip(), async (right: AsyncIterable<Buffer>) => {
      isSame = await isSameStream(left.chunks(), right);
    });
    return isSame;
  } catch {
    return false;
  } finally {
    await Promise.all([left.idle(), packed.idle()]);
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

async function isSameStream(left: AsyncGenerator<Buffer, void>, right: AsyncIterable<Buffer>): Promise<boolean> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of right) {
    for (let at = 0; at < chunk.length;) {
      if (held.length === 0) {
        const next = await left.next();
        if (next.done === true) return false;
        held = next.value;
      }
      const length = Math.min(held.length, chunk.length - at);
      if (!held.subarray(0, length).equals(chunk.subarray(at, at + length))) return false;
      held = held.subarray(length);
      at += length;
    }
  }
  return held.length === 0 && (await left.next()).done === true;
}
