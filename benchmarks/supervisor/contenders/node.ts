import { existsSync } from 'node:fs';
import { join } from 'node:path';

export const programs: string = join(import.meta.dirname, '../programs');

/** The Node that ours and the floor run on: this one when it is new enough, else that of the workspace. */
export const node: string = Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : ofWorkspace();

function ofWorkspace(): string {
  const path = join(import.meta.dirname, '../../../node_modules/.bin/node');
  if (!existsSync(path)) throw new Error('run this with Node 24 or newer');
  return path;
}
