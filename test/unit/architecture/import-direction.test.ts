import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const CORE = fileURLToPath(new URL('../../../packages/core/src', import.meta.url));

/** What each folder of the core may load at run time: what it drives, never what drives it. Types are erased and may be named anywhere. */
const MAY_LOAD: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  plan: ['errors', '.'],
  hooks: ['errors', '.'],
  process: ['errors', '.'],
  store: ['errors', 'process', 'service', '.'],
  service: ['errors', 'plan', 'process', '.'],
  component: ['errors', 'service', '.'],
  plugin: ['errors', 'plan', 'hooks', '.'],
  supervisor: ['errors', 'plan', 'process', 'store', 'service', 'component', 'plugin', '.'],
  testing: ['errors', 'plan', 'hooks', 'process', 'service', 'plugin', 'supervisor', '.'],
};

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly file: string;
}

function folderOf(path: string): string {
  const [first = '.', second] = relative(CORE, path).split(sep);
  return second === undefined ? '.' : first;
}

/** Imports and re-exports that exist at run time. */
function edges(): Edge[] {
  return readdirSync(CORE, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const path = join(CORE, name);
      const text = readFileSync(path, 'utf8');
      const statements = text.matchAll(
        /^(?:import|export)\s+(?!type\b)([^;]*?)\s*from\s*'(\.[^']+)'|import\('(\.[^']+)'\)/gms,
      );
      return [...statements].flatMap(([, names = '', target, lazy]) => {
        const specifier = target ?? lazy;
        const isErased = target !== undefined && /^\{(?:\s*type\s[^,}]+,?)+\s*\}$/s.test(names);
        if (specifier === undefined || isErased) return [];
        return [{ from: folderOf(path), to: folderOf(join(dirname(path), specifier)), file: name }];
      });
    });
}

describe('import direction of the core', () => {
  const all = edges().filter(({ from, to }) => from !== '.' && from !== to);

  it('reads imports at all', () => {
    expect(all.length).toBeGreaterThan(30);
    expect(all).toContainEqual({ from: 'supervisor', to: 'plugin', file: join('supervisor', 'supervisor.ts') });
  });

  it('knows every folder', () => {
    const folders = readdirSync(CORE, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).sort()).toEqual(Object.keys(MAY_LOAD).sort());
  });

  it('a folder loads what it drives and never what drives it', () => {
    expect(all.filter(({ from, to }) => MAY_LOAD[from]?.includes(to) !== true)).toEqual([]);
  });
});
