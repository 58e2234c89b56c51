import { stat } from 'node:fs/promises';
import * as v from 'valibot';
import { formatDuration } from '../durations.ts';
import { defineProbe, type ProbeDefinition } from './definition.ts';
import { positiveDurationMs } from './options/duration.ts';
import { flag, table, text, whole } from './options/table.ts';
import { ProbeFailure } from './result.ts';

/** The options of `file`. */
export interface FileDescription {
  readonly path: string;
  /** false passes when there is no such file. */
  readonly exists: boolean;
  /** The file must have been modified within this time, in milliseconds (a duration in a file). */
  readonly newer_than?: number | undefined;
  readonly min_size?: number | undefined;
  readonly max_size?: number | undefined;
}

/** A file that exists, is fresh, has a size. A relative path starts at the service's `cwd`. */
export const file: ProbeDefinition<'file', FileDescription> = defineProbe({
  name: 'file',
  short: 'path',
  options: v.pipe(
    table({
      path: text,
      exists: v.optional(flag, true),
      newer_than: v.optional(positiveDurationMs),
      min_size: v.optional(whole(0)),
      max_size: v.optional(whole(0)),
    }),
    v.check(
      ({ exists, newer_than: newerThan, min_size: least, max_size: most }) =>
        exists || (newerThan ?? least ?? most) === undefined,
      'a file that must not exist can have no other condition',
    ),
  ),
  describe: ({ path, exists }) => `file ${path}${exists ? '' : ' absent'}`,
  async attempt(
    { path, exists, newer_than: newerThanMs, min_size: least = 0, max_size: most = Infinity },
    { context },
  ) {
    const found = await stat(path.startsWith('/') ? path : `${context.cwd ?? '.'}/${path}`).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
        throw new ProbeFailure(`cannot look at ${path}: ${error.message}`);
      },
    );
    if (found === undefined && exists) throw new ProbeFailure(`${path} does not exist`);
    if (found === undefined) return { message: 'there is no such file' };
    if (!exists) throw new ProbeFailure(`${path} exists`);
    // The modification time is wall-clock time, so it is compared with wall-clock time.
    const ageMs = Math.max(0, Date.now() - found.mtimeMs);
    const detail = { size: found.size, ageMs: Math.round(ageMs) };
    if (newerThanMs !== undefined && ageMs > newerThanMs) {
      throw new ProbeFailure(
        `${path} was modified ${formatDuration(ageMs)} ago, at most ${formatDuration(newerThanMs)} are allowed`,
        detail,
      );
    }
    if (found.size < least)
      throw new ProbeFailure(`${path} has ${found.size} bytes, at least ${least} are asked for`, detail);
    if (found.size > most)
      throw new ProbeFailure(`${path} has ${found.size} bytes, at most ${most} are allowed`, detail);
    return { message: 'exists', detail };
  },
});
