import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

/** One entry of a tree that a scenario starts from. A string is the content of a plain file. */
export type Entry =
  | string
  | {
      readonly content?: string;
      /** Packed before it is written. */
      readonly gz?: boolean;
      readonly mode?: number;
      readonly uid?: number;
      readonly gid?: number;
      readonly ageDays?: number;
      readonly link?: string;
      readonly hardlink?: string;
      readonly kind?: 'directory' | 'pipe';
    };

/** Makes the tree. Directories come into being with mode 0755. Everything is a day old unless it says otherwise. */
export function buildTree(root: string, entries: Readonly<Record<string, Entry>>): void {
  for (const [name, entry] of Object.entries(entries)) {
    const path = join(root, name);
    const fields = typeof entry === 'string' ? { content: entry } : entry;
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    if (fields.link !== undefined) {
      symlinkSync(fields.link, path);
      continue;
    }
    if (fields.hardlink !== undefined) {
      linkSync(join(root, fields.hardlink), path);
      continue;
    }
    if (fields.kind === 'directory') mkdirSync(path, { recursive: true });
    else if (fields.kind === 'pipe') execFileSync('mkfifo', [path]);
    else writeFileSync(path, fields.gz === true ? gzipSync(fields.content ?? '') : (fields.content ?? ''));
    if (fields.uid !== undefined || fields.gid !== undefined) chownSync(path, fields.uid ?? 0, fields.gid ?? 0);
    chmodSync(path, fields.mode ?? (fields.kind === 'directory' ? 0o755 : 0o644));
    const age = new Date(Date.now() - (fields.ageDays ?? 1) * 86_400_000);
    age.setMilliseconds(0);
    utimesSync(path, age, age);
  }
}

/** What is compared of a tree: one line for each entry. */
export function describeTree(root: string): string[] {
  const lines: string[] = [];
  walk(root, '', lines);
  return lines.sort();
}

function walk(root: string, below: string, lines: string[]): void {
  for (const name of readdirSync(join(root, below))) {
    const path = join(below, name);
    lines.push(describe(join(root, path), path));
    if (lstatSync(join(root, path)).isDirectory()) walk(root, path, lines);
  }
}

function describe(path: string, name: string): string {
  const stat = lstatSync(path);
  const common = `${name} ${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid}`;
  if (stat.isDirectory()) return `${common} directory`;
  if (stat.isFIFO()) return `${common} pipe`;
  if (stat.isSymbolicLink()) return `${name} -> ${readlinkSync(path)}`;
  const raw = readFileSync(path);
  const content = name.endsWith('.gz') ? unpack(raw) : raw;
  const age = Math.round((Date.now() - stat.mtimeMs) / 3600_000);
  const time = age > 0 ? `${age}h old` : 'new';
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
  return `${common} links=${stat.nlink} size=${content.length} ${hash} ${time}`;
}

function unpack(raw: Buffer): Buffer {
  try {
    return gunzipSync(raw);
  } catch {
    return raw;
  }
}
