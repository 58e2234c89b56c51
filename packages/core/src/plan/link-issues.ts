import type { Edge, LinkedService } from './links.ts';
import { findCycles } from './graph.ts';
import { nameTable, tableNames } from './service-names.ts';
import { reportValue, type ServiceReading } from './service-reading.ts';

/** Reports names that occur twice, copies included. */
export function reportDuplicates(readings: readonly ServiceReading[]): void {
  const first = new Map<string, ServiceReading>();
  for (const reading of readings) {
    const names = [...nameTable([reading]).keys()];
    const taken = names.find((name) => first.has(name));
    if (taken === undefined) {
      for (const name of names) first.set(name, reading);
      continue;
    }
    const other = first.get(taken);
    reading.report({
      code: 'ERR_CONFIG_DUPLICATE',
      message: `cannot have two services named "${taken}": services[${other?.index ?? 0}] has this name already`,
      path: ['services', reading.index, 'name'],
      hint: 'rename one of them; for several copies of one service use instances = N',
    });
  }
}

/** Warns of dependencies that are not enabled, of services that are. */
export function reportDisabled(linked: readonly LinkedService[]): void {
  const groups = tableNames(linked.map(({ reading }) => reading));
  const isOff = new Set(
    linked.filter(({ reading }) => reading.table.enabled === false).map(({ reading }) => reading.name),
  );
  for (const { reading, edges } of linked) {
    if (isOff.has(reading.name)) continue;
    for (const { service, condition, rest } of edges) {
      if (!isOff.has(groups.get(service) ?? service)) continue;
      reportValue(reading, {
        code: 'ERR_DEPENDENCY',
        severity: 'warning',
        message:
          condition === 'default'
            ? `${reading.subject} starts without "${service}", which is not enabled`
            : `${reading.subject} cannot start by itself: "${service}" is not enabled and never ${condition}`,
        key: 'depends_on',
        rest,
        hint: `enable "${service}", or remove it from depends_on`,
      });
    }
  }
}

/** Reports services that depend on each other, one whole cycle for each group of them. */
export function reportCycles(linked: readonly LinkedService[]): void {
  const groups = tableNames(linked.map(({ reading }) => reading));
  const target = ({ service }: Edge): string => groups.get(service) ?? service;
  const byName = new Map(linked.map((item) => [item.reading.name, item]));
  const edges = new Map(linked.map((item) => [item.reading.name, item.edges.map(target)]));
  for (const cycle of findCycles(edges)) {
    const first = byName.get(cycle[0] ?? '');
    const edge = first?.edges.find((candidate) => target(candidate) === cycle[1]);
    if (first === undefined || edge === undefined) continue;
    reportValue(first.reading, {
      code: 'ERR_CONFIG_CYCLE',
      message: `cannot order services that depend on each other: ${cycle.join(' → ')}`,
      key: 'depends_on',
      rest: edge.rest,
      at: typeof edge.rest.at(-1) === 'string' ? 'key' : 'value',
      hint: 'remove one of these dependencies',
    });
  }
}
