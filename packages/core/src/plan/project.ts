import { createHash } from 'node:crypto';
import { basename } from 'node:path';

/** What a project may be called. */
export const PROJECT_NAME: RegExp = /^[a-z0-9][a-z0-9._-]*$/;

/** Longer names would push the control socket's path over the 107 bytes that Linux allows (unix(7)). */
export const LONGEST_PROJECT_NAME = 60;

/**
 * The project of a configuration: its `project` key when that is valid, else the folder's name, made to fit, and six digits
 * of the SHA-256 of the folder's path.
 */
export function projectName(raw: unknown, directory: string): string {
  const named = typeof raw === 'object' && raw !== null && 'project' in raw ? raw.project : undefined;
  return isProjectName(named) ? named : folderProject(directory);
}

/** True for a text that may name a project. */
export function isProjectName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_PROJECT_NAME && PROJECT_NAME.test(value);
}

function folderProject(directory: string): string {
  const name = basename(directory)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
    .slice(0, 40);
  const digits = createHash('sha256').update(directory).digest('hex').slice(0, 6);
  return `${name === '' ? 'root' : name}-${digits}`;
}
