import { PlaceIndex, type Places } from './position.ts';

/**
 * Where the keys and items of a YAML text in block style stand, by their indentation. Flow style (`{ a: 1 }`), anchors and keys of
 * several lines are not looked into; what stands there gets the place of what it stands in.
 */
export function yamlPlaces(text: string): Places {
  const index = new PlaceIndex();
  const open: Open[] = [];
  let blockText = Infinity;
  for (const [number, line] of text.split('\n').entries()) {
    const indent = line.search(/\S/);
    if (indent === -1 || /^\s*#|^---|^\.\.\.|^%/.test(line)) continue;
    if (indent > blockText) continue;
    blockText = Infinity;
    const last = readLine({ line, number: number + 1, indent, open, index });
    // The lines of a `|` or `>` text are indented deeper than its key.
    if (/[|>][-+\d]*\s*(?:#.*)?$/.test(line)) blockText = last;
  }
  return index;
}

/** A table or list that is not closed yet: its path, and the column at which its keys or dashes stand. */
interface Open {
  readonly indent: number;
  readonly path: readonly (string | number)[];
  items: number;
}

const KEY = /^("(?:[^"\\]|\\.)*"|'[^']*'|[^\s#'"[\]{},&*!|>%@`-][^:#]*?|-[^\s:#][^:#]*?)\s*:(?=\s|$)/;

/** Notes what a line begins: any number of `- `, then perhaps a key, then perhaps a value. Returns the column of its last key or dash. */
function readLine(options: {
  readonly line: string;
  readonly number: number;
  readonly indent: number;
  readonly open: Open[];
  readonly index: PlaceIndex;
}): number {
  const { line, number, open, index } = options;
  let column = options.indent;
  let rest = line.slice(column);
  for (let dash = /^-(\s+|$)/.exec(rest); dash !== null; dash = /^-(\s+|$)/.exec(rest)) {
    const list = enclosing(open, { indent: column, isItem: true });
    const path = [...list.path, list.items];
    list.items += 1;
    index.add(path, {
      value: { line: number, column: column + dash[0].length + 1 },
      key: { line: number, column: column + 1 },
    });
    open.push({ indent: column + 0.5, path, items: 0 });
    if (dash[1] === '') return column;
    column += dash[0].length;
    rest = line.slice(column);
  }
  const key = KEY.exec(rest);
  if (key === null) return column;
  const table = enclosing(open, { indent: column, isItem: false });
  const path = [...table.path, (key[1] ?? '').replace(/^(["'])(.*)\1$/, '$2')];
  index.add(path, { key: { line: number, column: column + 1 } });
  const value = rest.slice(key[0].length);
  const shift = value.search(/\S/);
  if (shift !== -1) index.add(path, { value: { line: number, column: column + key[0].length + shift + 1 } });
  open.push({ indent: column, path, items: 0 });
  return column;
}

/** The innermost table or list that a key or dash at this column belongs to; what is deeper ends here. */
function enclosing(open: Open[], { indent, isItem }: { readonly indent: number; readonly isItem: boolean }): Open {
  // A list may stand at the column of its key; a further key at that column may not.
  let last = open.at(-1);
  while (last !== undefined && ends(last, { indent, isItem })) {
    open.pop();
    last = open.at(-1);
  }
  if (last !== undefined) return last;
  const root: Open = { indent: -1, path: [], items: 0 };
  open.push(root);
  return root;
}

function ends(last: Open, { indent, isItem }: { readonly indent: number; readonly isItem: boolean }): boolean {
  return isItem ? last.indent > indent : last.indent >= indent;
}
