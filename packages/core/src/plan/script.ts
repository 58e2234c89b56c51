import { resolve } from 'node:path';
import type { Script } from './plan.ts';

/**
 * A `pre_script` or `pos_script` as read. Several lines, or a first line with `#!`, are the script itself; text that begins with
 * `/`, `./` or `../` and has no blanks or characters that a shell would treat is the path of a script file, made absolute; anything else is
 * one line for the shell. Undefined for blank text.
 */
export function readScript(text: string, directory: string): Script | undefined {
  if (text.trim() === '') return undefined;
  // A table's text may begin with an empty line; `#!` only works as the very first characters.
  if (/^\s*#!/.test(text)) return { kind: 'inline', text: text.trimStart() };
  if (text.includes('\n')) return { kind: 'inline', text };
  const path = text.trim();
  return PATH.test(path) ? { kind: 'file', path: resolve(directory, path) } : { kind: 'inline', text };
}

const PATH = /^\.{0,2}\/[^\s"'`$&|;<>()*?[\]#~=%!{}\\]*$/;
