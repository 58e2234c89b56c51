import type { Plan } from '@tappet/core';

/** The dependencies of each of these services among these services, transitive through services that are not among them. */
export function dependenciesAmong(plan: Plan, names: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const chosen = new Set(names);
  const specs = new Map(plan.services.map((spec) => [spec.name, spec]));
  const result = new Map<string, ReadonlySet<string>>();
  for (const name of names) {
    const found = new Set<string>();
    const seen = new Set<string>();
    const next = [name];
    for (let current = next.pop(); current !== undefined; current = next.pop()) {
      for (const { service } of specs.get(current)?.dependsOn ?? []) {
        if (seen.has(service)) continue;
        seen.add(service);
        if (chosen.has(service)) found.add(service);
        else next.push(service);
      }
    }
    found.delete(name);
    result.set(name, found);
  }
  return result;
}

/** The same edges seen from the other side: who depends on each. */
export function reversed(edges: ReadonlyMap<string, ReadonlySet<string>>): ReadonlyMap<string, ReadonlySet<string>> {
  const result = new Map<string, Set<string>>();
  for (const name of edges.keys()) result.set(name, new Set());
  for (const [name, targets] of edges) for (const target of targets) result.get(target)?.add(name);
  return result;
}

/**
 * Runs each name once all it comes after have settled, everything else at the same time. Results in the order of `edges`.
 * The edges must be free of circles, as those of a plan are.
 */
export async function inOrder<Result>(
  edges: ReadonlyMap<string, ReadonlySet<string>>,
  run: (name: string) => Promise<Result>,
): Promise<Result[]> {
  const running = new Map<string, Promise<Result>>();
  function start(name: string): Promise<Result> {
    const known = running.get(name);
    if (known !== undefined) return known;
    const before = [...(edges.get(name) ?? [])].map(start);
    const promise = before.length === 0 ? run(name) : Promise.allSettled(before).then(() => run(name));
    running.set(name, promise);
    return promise;
  }
  return Promise.all([...edges.keys()].map(start));
}
