import { createRequire } from 'node:module';
import type { AST } from 'toml-eslint-parser';
import { PlaceIndex, type Places, type Position } from './position.ts';

/** Where everything of a TOML text stands. Throws when it is not valid. */
export function tomlPlaces(text: string): Places {
  // Only a file with issues needs this parser, and finding its places must not wait: no import above.
  const { parseTOML } = createRequire(import.meta.url)('toml-eslint-parser') as typeof import('toml-eslint-parser');
  const index = new PlaceIndex();
  for (const node of parseTOML(text).body[0].body) {
    if (node.type === 'TOMLTable') addTable(node, index);
    else addKeyValue(node, [], index);
  }
  return index;
}

type Path = readonly (string | number)[];

function addTable(table: AST.TOMLTable, index: PlaceIndex): void {
  const path = table.resolvedKey;
  const keys = [...table.key.keys];
  for (const [at, part] of path.entries()) {
    // The position of an item in `[[services]]` is in the path but not in the header.
    const key = typeof part === 'string' ? keys.shift() : undefined;
    const inner = path.slice(0, at + 1);
    const isWhole = at === path.length - 1;
    index.add(inner, { key: start(key ?? table.key), ...(isWhole ? { value: start(table) } : {}) });
  }
  for (const node of table.body) addKeyValue(node, path, index);
}

function addKeyValue(node: AST.TOMLKeyValue, parent: Path, index: PlaceIndex): void {
  let path = parent;
  for (const key of node.key.keys) {
    path = [...path, key.type === 'TOMLBare' ? key.name : key.value];
    index.add(path, { key: start(key) });
  }
  addValue(node.value, path, index);
}

function addValue(node: AST.TOMLContentNode, path: Path, index: PlaceIndex): void {
  index.add(path, { value: start(node) });
  if (node.type === 'TOMLArray') for (const [at, item] of node.elements.entries()) addValue(item, [...path, at], index);
  if (node.type === 'TOMLInlineTable') for (const item of node.body) addKeyValue(item, path, index);
}

function start(node: {
  readonly loc: { readonly start: { readonly line: number; readonly column: number } };
}): Position {
  return { line: node.loc.start.line, column: node.loc.start.column + 1 };
}
