import { extname } from 'node:path';
import type { ConfigIssue, ConfigPath } from '@tappet/core';
import { lineAt, type Places, type Position } from './position.ts';
import { jsonPlaces } from './json-places.ts';
import { tomlPlaces } from './toml-places.ts';
import { yamlPlaces } from './yaml-places.ts';

/** A file as it was read. */
export interface IssueSource {
  readonly file: string;
  /** Undefined for what has no text of its own. */
  readonly text: string | undefined;
  /** The values that paths of issues lead through; other files may be merged in. */
  readonly raw: unknown;
  /** Where the configuration stands within the file. */
  readonly prefix: ConfigPath;
}

/**
 * Adds file, line, column and the line itself to issues. What cannot be found gets the place of what it stands in; what stands in
 * an imported file, or in a program, gets the file alone. The text is taken apart here, so a file without issues costs nothing.
 */
export function locateIssues(issues: readonly ConfigIssue[], source: IssueSource): readonly ConfigIssue[] {
  const { text, file } = source;
  const places = text === undefined ? undefined : placesOf(file, text);
  return issues.map((issue) => {
    if (issue.file !== undefined && issue.file !== file) return issue;
    const position = places === undefined ? undefined : find(issue, places, source);
    if (position === undefined || text === undefined) return { file, ...issue };
    return { ...issue, file, ...position, excerpt: lineAt(text, position.line) };
  });
}

function placesOf(file: string, text: string): Places | undefined {
  const read = READERS[extname(file)] ?? tomlPlaces;
  try {
    return read(text);
  } catch {
    // The parser that read the values accepted what this one does not: values are right, places unknown.
    return undefined;
  }
}

const none = (): undefined => undefined;
const READERS: Readonly<Record<string, (text: string) => Places | undefined>> = {
  '.json': jsonPlaces,
  '.yaml': yamlPlaces,
  '.yml': yamlPlaces,
  '.ts': none,
  '.mts': none,
  '.cts': none,
  '.js': none,
  '.mjs': none,
  '.cjs': none,
};

function find(issue: ConfigIssue, places: Places, source: IssueSource): Position | undefined {
  if (issue.path.length === 0) return undefined;
  const path = [...source.prefix, ...positional(issue.path, source.raw)];
  if (issue.at === 'key') return places.key(path) ?? nearestAbove(path, places);
  return places.value(path) ?? places.key(path) ?? nearestAbove(path, places);
}

/** The innermost table or list around a path that has a place. */
function nearestAbove(path: ConfigPath, places: Places): Position | undefined {
  for (let length = path.length - 1; length > 0; length--) {
    const outer = path.slice(0, length);
    const position = places.key(outer) ?? places.value(outer);
    if (position !== undefined) return position;
  }
  return undefined;
}

/** The path with names of services and positions of plugins turned into what stands in the file. */
function positional(path: ConfigPath, raw: unknown): ConfigPath {
  const [table, item, ...rest] = path;
  if (typeof raw !== 'object' || raw === null) return path;
  if (table === 'services' && typeof item === 'string' && 'services' in raw && Array.isArray(raw.services)) {
    const services: readonly unknown[] = raw.services;
    const index = services.findIndex((service) => nameOf(service) === item);
    return index === -1 ? [table] : [table, index, ...rest];
  }
  if (table === 'plugins' && typeof item === 'number' && 'plugins' in raw && !Array.isArray(raw.plugins)) {
    const listed = Object.entries(raw.plugins ?? {}).filter(([, options]) => options !== false);
    const name = listed[item]?.[0];
    return name === undefined ? [table] : [table, name, ...rest];
  }
  return path;
}

function nameOf(service: unknown): unknown {
  return typeof service === 'object' && service !== null && 'name' in service ? service.name : undefined;
}
