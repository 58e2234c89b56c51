import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UnsafeFile } from './loaders.ts';
import { type Reader, whyUnsafe } from './safety.ts';

/** Programs in the current folder by which a user may steer every cosmiconfig search; cosmiconfig runs them unasked. */
const STEERING_FILES = ['config.js', 'config.ts', 'config.cjs', 'config.mjs'];

/** Throws an UnsafeFile when cosmiconfig would run a program here that somebody else could have written. */
export function refuseForeignSteering(reader: Reader): void {
  for (const name of STEERING_FILES) {
    const file = resolve('.config', name);
    const unsafe = existsSync(file) ? whyUnsafe(file, reader) : undefined;
    if (unsafe !== undefined) throw new UnsafeFile(file, unsafe);
  }
}
