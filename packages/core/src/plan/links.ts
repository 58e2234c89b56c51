import type { ConfigPath } from '../errors/base.ts';
import { didYouMean } from '../errors/nearest.ts';
import { parseDuration } from './duration.ts';
import type { Dependency, DependencyCondition, ServiceSpec } from './plan.ts';
import { serviceEntries } from './schema.ts';
import { reportValue, type ServiceReading } from './service-reading.ts';
import type { UnlinkedSpec } from './service-spec.ts';
import { findCycles } from './graph.ts';
import { isTable } from './values.ts';

/** One table of the file with the specs that came of it. */
export interface ReadService {
  readonly reading: ServiceReading;
  readonly specs: readonly UnlinkedSpec[];
}

/**
 * Links services by `depends_on` and `wait_after` and checks what concerns several of them: unknown names, cycles, names that occur
 * twice, dependencies that are not enabled.
 */
export function linkServices(
  services: readonly ReadService[],
  options: { readonly isGoOverlay: boolean },
): ServiceSpec[] {
  reportDuplicates(services);
  const names = nameTable(services);
  const linked = services.map(({ reading, specs }) => ({
    reading,
    specs,
    edges: readEdges(reading, { names, isGoOverlay: options.isGoOverlay }),
  }));
  reportDisabled(linked);
  reportCycles(linked);
  return linked.flatMap(({ specs, edges }) =>
    specs.map((spec) => ({ ...spec, dependsOn: edges.flatMap((edge) => spread(edge, names, spec.name)) })),
  );
}

/** Every name that `depends_on` may use, and the services it means: its own, or all copies. */
type NameTable = ReadonlyMap<string, readonly string[]>;

interface Edge {
  readonly service: string;
  readonly condition: DependencyCondition;
  readonly waitAfterMs: number;
  /** Where it stands in `depends_on`. */
  readonly rest: ConfigPath;
}

function nameTable(services: readonly ReadService[]): NameTable {
  const names = new Map<string, readonly string[]>();
  for (const { reading } of services) {
    const count = reading.table.instances ?? 1;
    const copies = Array.from({ length: count }, (_, index) =>
      count === 1 ? reading.name : `${reading.name}@${index + 1}`,
    );
    for (const copy of copies) names.set(copy, [copy]);
    names.set(reading.name, copies);
  }
  return names;
}

function reportDuplicates(services: readonly ReadService[]): void {
  const first = new Map<string, ServiceReading>();
  for (const { reading } of services) {
    const names = [...nameTable([{ reading, specs: [] }]).keys()];
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

function readEdges(
  reading: ServiceReading,
  { names, isGoOverlay }: { readonly names: NameTable; readonly isGoOverlay: boolean },
): readonly Edge[] {
  const waits = readWaits(reading, { names, isGoOverlay });
  const edges = new Map<string, Edge>();
  for (const { service, condition, rest } of dependencies(reading)) {
    if (!names.has(service)) reportUnknownService(reading, { service, rest, names });
    else if (!edges.has(service)) edges.set(service, { service, condition, rest, waitAfterMs: waits(service) });
  }
  return [...edges.values()];
}

function dependencies(reading: ServiceReading): readonly Omit<Edge, 'waitAfterMs'>[] {
  const value = reading.table.depends_on ?? [];
  if (typeof value === 'string') return [{ service: value, condition: 'default', rest: [] }];
  if (Array.isArray(value)) {
    return value
      .map((service, index): Omit<Edge, 'waitAfterMs'> => ({ service, condition: 'default', rest: [index] }))
      .filter(({ service }) => service !== '');
  }
  return Object.entries(value).map(([service, condition]) => ({ service, condition, rest: [service] }));
}

function reportUnknownService(
  reading: ServiceReading,
  { service, rest, names }: { readonly service: string; readonly rest: ConfigPath; readonly names: NameTable },
): void {
  reportValue(reading, {
    code: 'ERR_CONFIG_UNKNOWN_SERVICE',
    message: `cannot let ${reading.subject} depend on "${service}": there is no such service`,
    key: 'depends_on',
    rest,
    at: typeof rest.at(-1) === 'string' ? 'key' : 'value',
    hint: didYouMean(service, otherNames(names, reading.name)),
  });
}

/** The wait of a dependency by its name. Keys of the table that are no dependencies are reported. */
function readWaits(
  reading: ServiceReading,
  { names, isGoOverlay }: { readonly names: NameTable; readonly isGoOverlay: boolean },
): (service: string) => number {
  const value = reading.table.wait_after;
  if (!isTable(value)) {
    const waitMs = parseDuration(value) ?? 0;
    return () => waitMs;
  }
  const wanted = new Set(dependencies(reading).map(({ service }) => service));
  for (const key of Object.keys(value)) {
    if (!wanted.has(key)) reportWait(reading, { key, names, wanted, isGoOverlay });
  }
  return (service) => parseDuration(Object.hasOwn(value, service) ? value[service] : undefined) ?? 0;
}

function reportWait(
  reading: ServiceReading,
  options: {
    readonly key: string;
    readonly names: NameTable;
    readonly wanted: ReadonlySet<string>;
    readonly isGoOverlay: boolean;
  },
): void {
  const { key, names, wanted, isGoOverlay } = options;
  const isService = names.has(key);
  reportValue(reading, {
    code: isService ? 'ERR_CONFIG_UNKNOWN_KEY' : 'ERR_CONFIG_UNKNOWN_SERVICE',
    message: `cannot wait after "${key}" in ${reading.subject}: ${isService ? 'it is not in depends_on' : 'there is no such service'}`,
    key: 'wait_after',
    rest: [key],
    at: 'key',
    // Go Overlay's own examples carry such keys; they never had an effect.
    severity: isService && isGoOverlay ? 'warning' : 'error',
    hint: waitHint(reading, { key, wanted, names, isService }),
  });
}

function waitHint(
  reading: ServiceReading,
  options: {
    readonly key: string;
    readonly wanted: ReadonlySet<string>;
    readonly names: NameTable;
    readonly isService: boolean;
  },
): string | undefined {
  const { key, wanted, names, isService } = options;
  if (key === reading.name) return 'a service cannot wait after itself; remove the line';
  if (isService) return `add "${key}" to depends_on, or remove the line`;
  if (Object.hasOwn(serviceEntries, key)) {
    return `keys below [services.wait_after] belong to that table; move "${key}" above it`;
  }
  return didYouMean(key, wanted) ?? didYouMean(key, otherNames(names, reading.name));
}

function otherNames(names: NameTable, own: string): string[] {
  return [...names.keys()].filter((name) => name !== own);
}

function spread(edge: Edge, names: NameTable, dependent: string): Dependency[] {
  const { service, condition, waitAfterMs } = edge;
  return (names.get(service) ?? [])
    .filter((name) => name !== dependent)
    .map((name) => ({ service: name, condition, waitAfterMs }));
}

type Linked = ReadService & { readonly edges: readonly Edge[] };

/** The table that each name stands for: `web` for `web@2` when `web` has copies. */
function tableNames(services: readonly ReadService[]): ReadonlyMap<string, string> {
  const groups = new Map<string, string>();
  for (const service of services) {
    for (const name of nameTable([service]).keys()) groups.set(name, service.reading.name);
  }
  return groups;
}

function reportDisabled(linked: readonly Linked[]): void {
  const groups = tableNames(linked);
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

function reportCycles(linked: readonly Linked[]): void {
  const groups = tableNames(linked);
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
