/**
 * How a service looks to blame. `done`: a oneshot that has ended well, so what it depended on counts in its place.
 */
export type BlameState = 'up' | 'down' | 'done';

/** Who depends on whom (service → its dependencies), and how each service looks. Unknown services are up. */
export interface BlameGraph {
  readonly dependencies: ReadonlyMap<string, readonly string[]>;
  readonly states: ReadonlyMap<string, BlameState>;
}

/** One root cause and the services that fail because of it, nearest to the root first. */
export interface Blame {
  readonly root: string;
  readonly affected: readonly string[];
}

/**
 * The services at the bottom of a failure: dependencies that are down, through others that are down, and have no
 * dependency down themselves. Empty when the service fails on its own account.
 */
export function rootsOf(service: string, { dependencies, states }: BlameGraph): readonly string[] {
  const roots = new Set<string>();
  const explained = new Map<string, boolean>();
  const isExplained = (name: string): boolean => {
    const known = explained.get(name);
    if (known !== undefined) return known;
    explained.set(name, false);
    let found = false;
    for (const dependency of dependencies.get(name) ?? []) {
      const state = states.get(dependency) ?? 'up';
      if (state === 'up' || dependency === service) continue;
      const isDeeper = isExplained(dependency);
      if (state === 'down' && !isDeeper) roots.add(dependency);
      found ||= state === 'down' || isDeeper;
    }
    explained.set(name, found);
    return found;
  };
  isExplained(service);
  return [...roots].sort();
}

/** All failures by root cause: each root once, with everything down that it explains. A lone failure is its own root. */
export function blameAll(graph: BlameGraph): readonly Blame[] {
  const affected = new Map<string, { name: string; distance: number }[]>();
  for (const [name, state] of graph.states) {
    if (state !== 'down') continue;
    const roots = rootsOf(name, graph);
    if (roots.length === 0) affected.set(name, affected.get(name) ?? []);
    for (const root of roots)
      affected.set(root, [...(affected.get(root) ?? []), { name, distance: distance(name, root, graph) }]);
  }
  return [...affected]
    .map(([root, names]) => ({
      root,
      affected: names.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1)).map(({ name }) => name),
    }))
    .sort((a, b) => (a.root < b.root ? -1 : 1));
}

function distance(from: string, to: string, { dependencies }: BlameGraph): number {
  const seen = new Set([from]);
  let level = [from];
  for (let steps = 0; level.length > 0; steps++) {
    if (level.includes(to)) return steps;
    level = [...new Set(level.flatMap((name) => dependencies.get(name) ?? []))].filter((name) => !seen.has(name));
    for (const name of level) seen.add(name);
  }
  return Infinity;
}
