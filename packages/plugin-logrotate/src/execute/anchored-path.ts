import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { directoryOf } from '../language/old-directory.ts';
import { toBytes, toPath } from '../names/byte-text.ts';

/** From Linux's fcntl.h; Node does not export it. Needs no read permission on the directory. */
const O_PATH = 0o10000000;

/**
 * Paths below directories that were opened once and are held. Whoever swaps such a directory for a link afterwards gets
 * nothing: all later operations go to the directory that was checked. Without `/proc` the plain path is used.
 */
export class AnchoredPaths {
  readonly #directories = new Map<string, number>();
  readonly #hasProc: boolean = existsSync('/proc/self/fd');

  /** The path for a system call. Throws what opening the directory throws. */
  of(path: string): string | Buffer {
    if (!this.#hasProc) return toPath(path);
    const directory = directoryOf(path);
    const name = path.slice(path.lastIndexOf('/') + 1);
    const anchored = `/proc/self/fd/${this.#open(directory)}/${name}`;
    return toPath(anchored);
  }

  close(): void {
    for (const descriptor of this.#directories.values()) closeSync(descriptor);
    this.#directories.clear();
  }

  #open(directory: string): number {
    const known = this.#directories.get(directory);
    if (known !== undefined) return known;
    const descriptor = openSync(toBytes(directory), O_PATH | constants.O_DIRECTORY);
    this.#directories.set(directory, descriptor);
    return descriptor;
  }
}
