import { basename } from 'node:path';
import { isTable } from './values.ts';

const ROOT_KEYS = new Set(['timeouts', 'services']);
const SERVICE_KEYS = new Set([
  'name',
  'command',
  'args',
  'enabled',
  'required',
  'depends_on',
  'wait_after',
  'user',
  'pre_script',
  'pos_script',
  'log_file',
]);

/**
 * True for a file that was written for Go Overlay: a TOML file, not named for Tappet, in which every key at the top and in
 * every service is one of Go Overlay's. Its services get the whole environment, as they do there.
 */
export function isGoOverlayFile(raw: unknown, file: string | undefined): boolean {
  if (file === undefined || !isTable(raw) || !/^(?!tappet\.).*\.toml$/.test(basename(file))) return false;
  if (!Array.isArray(raw['services']) || !hasOnly(raw, ROOT_KEYS)) return false;
  return raw['services'].every((service: unknown) => isTable(service) && hasOnly(service, SERVICE_KEYS));
}

function hasOnly(table: Readonly<Record<string, unknown>>, keys: ReadonlySet<string>): boolean {
  return Object.keys(table).every((key) => keys.has(key));
}

/**
 * True for a service that runs to its end although a Go Overlay file has no way to say so: its name has the word `migrate` or
 * `migration`. That project's documentation lets dependents wait for the completion of `db-migration`.
 */
export function isMigration(name: string): boolean {
  return /(?:^|[-_.])migrat(?:e|ion|ions)(?:$|[-_.])/i.test(name);
}
