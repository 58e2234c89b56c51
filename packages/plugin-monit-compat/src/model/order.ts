import type { ServiceNode } from '../language/ast.ts';
import type { IssueList } from '../language/issue-list.ts';

/** The services with every prerequisite before what depends on it, otherwise as declared. A circle is an error. */
export function orderByDependency(
  services: readonly ServiceNode[],
  prerequisites: ReadonlyMap<string, readonly string[]>,
  issues: IssueList,
): ServiceNode[] {
  const byName = new Map(services.map((service) => [service.name, service]));
  const ordered: ServiceNode[] = [];
  const done = new Set<string>();
  for (const service of services) {
    const cycle = place(service.name, []);
    if (cycle === undefined) continue;
    issues.error({
      at: service.at,
      code: 'ERR_CONFIG_CYCLE',
      message: `cannot order the services: they depend on each other in a circle: ${cycle.join(' → ')}`,
    });
    return [...services];
  }
  return ordered;

  function place(name: string, path: readonly string[]): readonly string[] | undefined {
    if (done.has(name)) return undefined;
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    for (const other of prerequisites.get(name) ?? []) {
      const cycle = place(other, [...path, name]);
      if (cycle !== undefined) return cycle;
    }
    done.add(name);
    const service = byName.get(name);
    if (service !== undefined) ordered.push(service);
    return undefined;
  }
}
