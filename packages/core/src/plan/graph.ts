import type { ServiceSpec } from './plan.ts';

/** Who depends on whom, by name. Names that are not in the plan do not occur. */
export interface DependencyGraph {
  /** Direct dependencies, in the order of the file. Empty for an unknown name. */
  dependenciesOf(name: string): readonly string[];
  /** Services that depend directly on it. Empty for an unknown name. */
  dependentsOf(name: string): readonly string[];
  /** Services that depend on it directly or through others, in the order of the file. */
  allDependentsOf(name: string): readonly string[];
  /** These and everything they depend on, in the order of the file. Unknown names are left out. */
  closure(names: Iterable<string>): readonly string[];
  /** Every name once, dependencies before dependents, otherwise in the order of the file. Services in a cycle come last. */
  readonly order: readonly string[];
}

/** The graph of a plan's services. */
export function dependencyGraph(services: readonly Pick<ServiceSpec, 'name' | 'dependsOn'>[]): DependencyGraph {
  const names = services.map((service) => service.name);
  const known = new Set(names);
  const forward: EdgeMap = new Map(
    services.map(({ name, dependsOn }) => [
      name,
      distinct(
        dependsOn.map((edge) => edge.service),
        known,
      ),
    ]),
  );
  const backward = reversed(forward);
  const inFileOrder = (wanted: ReadonlySet<string>): readonly string[] => names.filter((name) => wanted.has(name));
  return {
    dependenciesOf: (name) => forward.get(name) ?? [],
    dependentsOf: (name) => backward.get(name) ?? [],
    allDependentsOf: (name) => inFileOrder(reachable(backward.get(name) ?? [], backward)),
    closure: (wanted) => inFileOrder(reachable(wanted, forward)),
    order: startOrder(names, forward),
  };
}

/** Edges by name: what each one depends on. */
export type EdgeMap = ReadonlyMap<string, readonly string[]>;

/**
 * One cycle for each group of nodes that depend on each other, the first node again at its end (`a`, `b`, `a`), the shortest
 * through the group's first node. Empty when there is no cycle. Edges to unknown nodes are ignored.
 */
export function findCycles(edges: EdgeMap): readonly (readonly string[])[] {
  const cycles: (readonly string[])[] = [];
  const reported = new Set<string>();
  const candidates = cyclicCore(edges);
  const core = new Map([...edges].filter(([name]) => candidates.has(name)));
  for (const name of core.keys()) {
    if (reported.has(name)) continue;
    const cycle = shortestCycle(name, core);
    if (cycle === undefined) continue;
    cycles.push(cycle);
    // Every node that is in one cycle with this one belongs to the same report.
    const backward = reversed(core);
    const behind = reachable([name], backward);
    for (const other of reachable([name], core)) if (behind.has(other)) reported.add(other);
  }
  return cycles;
}

function distinct(names: readonly string[], known: ReadonlySet<string>): string[] {
  return [...new Set(names)].filter((name) => known.has(name));
}

function reversed(edges: EdgeMap): Map<string, string[]> {
  const backward = new Map<string, string[]>();
  for (const name of edges.keys()) backward.set(name, []);
  for (const [name, targets] of edges) for (const target of targets) backward.get(target)?.push(name);
  return backward;
}

function reachable(from: Iterable<string>, edges: EdgeMap): Set<string> {
  const seen = new Set<string>();
  const queue = [...from];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    queue.push(...(edges.get(name) ?? []));
  }
  return seen;
}

function startOrder(names: readonly string[], forward: EdgeMap): readonly string[] {
  const order: string[] = [];
  const waitsFor = new Map(names.map((name) => [name, forward.get(name)?.length ?? 0]));
  const backward = reversed(forward);
  let ready = names.filter((name) => waitsFor.get(name) === 0);
  while (ready.length > 0) {
    order.push(...ready);
    const next = new Set<string>();
    for (const name of ready) {
      for (const dependent of backward.get(name) ?? []) {
        const left = (waitsFor.get(dependent) ?? 0) - 1;
        waitsFor.set(dependent, left);
        if (left === 0) next.add(dependent);
      }
    }
    ready = names.filter((name) => next.has(name));
  }
  const placed = new Set(order);
  return [...order, ...names.filter((name) => !placed.has(name))];
}

/** What is left once nodes that nothing in a cycle needs were taken away from both ends. */
function cyclicCore(edges: EdgeMap): Set<string> {
  const left = new Set(edges.keys());
  const backward = reversed(edges);
  for (const direction of [edges, backward]) {
    const opposite = direction === edges ? backward : edges;
    const count = new Map([...left].map((name) => [name, degree(name, direction, left)]));
    const queue = [...left].filter((name) => count.get(name) === 0);
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      left.delete(name);
      for (const other of opposite.get(name) ?? []) {
        const remaining = (count.get(other) ?? 0) - 1;
        count.set(other, remaining);
        if (remaining === 0 && left.has(other)) queue.push(other);
      }
    }
  }
  return left;
}

function degree(name: string, edges: EdgeMap, within: ReadonlySet<string>): number {
  return (edges.get(name) ?? []).filter((other) => within.has(other)).length;
}

/** The shortest way from a node back to itself, breadth first. */
function shortestCycle(start: string, edges: EdgeMap): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (let index = 0; index < queue.length; index++) {
    const name = queue[index] ?? start;
    for (const next of edges.get(name) ?? []) {
      if (next === start) return [start, ...wayTo(name, start, cameFrom), start];
      if (!edges.has(next) || cameFrom.has(next)) continue;
      cameFrom.set(next, name);
      queue.push(next);
    }
  }
  return undefined;
}

function wayTo(name: string, start: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way: string[] = [];
  for (let step = name; step !== start; step = cameFrom.get(step) ?? start) way.unshift(step);
  return way;
}
