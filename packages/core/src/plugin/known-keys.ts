import type { StandardSchemaV1 } from '@standard-schema/spec';

/** A schema, or a part of one, as plain properties. */
type Node = Readonly<Record<string, unknown>>;

/**
 * The keys that a schema knows in the table at a path, for suggestions; empty when it does not tell. Schemas tell in JSON Schema
 * (https://standardschema.dev/json-schema), those of valibot by their entries.
 */
export function knownKeys(schema: StandardSchemaV1, path: readonly PropertyKey[]): readonly string[] {
  const root = jsonSchemaOf(schema);
  const [start, walk] = root === undefined ? ([schema, VALIBOT] as const) : ([root, JSON_SCHEMA] as const);
  const tables = path.reduce<readonly Node[]>(
    (nodes, key) => nodes.flatMap((node) => [...walk.inner(node, key)]).flatMap((node) => shapes(node, walk)),
    isNode(start) ? shapes(start, walk) : [],
  );
  return [...new Set(tables.flatMap((node) => walk.keys(node)))];
}

/** How to get about in one kind of schema. */
interface Walk {
  /** What a node is made of that describes the same value: members of a union, what is wrapped. */
  same(node: Node): readonly unknown[];
  /** What describes the value at a key. */
  inner(node: Node, key: PropertyKey): readonly Node[];
  keys(node: Node): readonly string[];
}

const JSON_SCHEMA: Walk = {
  same: (node) => [...list(node['anyOf']), ...list(node['oneOf']), ...list(node['allOf'])],
  inner: (node, key) => nodes([typeof key === 'number' ? node['items'] : entry(node['properties'], key)]),
  keys: (node) => Object.keys(isNode(node['properties']) ? node['properties'] : {}),
};

/** https://valibot.dev/api: `entries` of tables, `item` of lists, `wrapped` in optional, `pipe` of steps, `options` of unions. */
const VALIBOT: Walk = {
  same: (node) => [node['wrapped'], ...list(node['options']), ...list(node['pipe']).filter((step) => step !== node)],
  inner: (node, key) => nodes([typeof key === 'number' ? node['item'] : entry(node['entries'], key)]),
  keys: (node) => Object.keys(isNode(node['entries']) ? node['entries'] : {}),
};

/** A node and everything that describes the same value. */
function shapes(node: Node, walk: Walk): readonly Node[] {
  const own = Object.hasOwn(node, 'pipe') ? { ...node, pipe: undefined } : node;
  return [own, ...nodes(walk.same(node)).flatMap((part) => shapes(part, walk))];
}

function jsonSchemaOf(schema: StandardSchemaV1): unknown {
  const standard: Readonly<Record<string, unknown>> = { ...schema['~standard'] };
  const { jsonSchema } = standard;
  if (!isNode(jsonSchema) || typeof jsonSchema['input'] !== 'function') return undefined;
  try {
    return jsonSchema['input']({ target: 'draft-07' }) as unknown;
  } catch {
    // A schema with parts that have no JSON form.
    return undefined;
  }
}

function entry(table: unknown, key: PropertyKey): unknown {
  return isNode(table) && Object.hasOwn(table, key) ? table[String(key)] : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function nodes(values: readonly unknown[]): readonly Node[] {
  return values.filter(isNode);
}

function isNode(value: unknown): value is Node {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
