import type { ConfigPath } from '../errors/base.ts';
import { didYouMean } from '../errors/nearest.ts';
import { reportCycles, reportDisabled, reportDuplicates } from './link-issues.ts';
import type { Dependency, DependencyCondition, ServiceSpec } from './plan.ts';
import { type NameTable, nameTable, otherNames } from './service-names.ts';
import { reportValue, type ServiceReading } from './service-reading.ts';
import type { UnlinkedSpec } from './service-spec.ts';
import { readWaits } from './wait-after.ts';

/** One table of the file with the specs that came of it. */
export interface ReadService {
  readonly reading: ServiceReading;
  readonly specs: readonly UnlinkedSpec[];
}

/** The same with what it depends on. */
export type LinkedService = ReadService & { readonly edges: readonly Edge[] };

/** One entry of `depends_on`. */
export interface Edge {
  readonly service: string;
  readonly condition: DependencyCondition;
  readonly waitAfterMs: number;
  /** Where it stands in `depends_on`. */
  readonly rest: ConfigPath;
}

/**
 * Links services by `depends_on` and `wait_after` and checks what concerns several of them: unknown names, cycles, names that occur
 * twice, dependencies that are not enabled.
 */
export function linkServices(
  services: readonly ReadService[],
  options: { readonly isGoOverlay: boolean },
): ServiceSpec[] {
  const readings = services.map(({ reading }) => reading);
  reportDuplicates(readings);
  const names = nameTable(readings);
  const linked: readonly LinkedService[] = services.map(({ reading, specs }) => ({
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

function readEdges(
  reading: ServiceReading,
  { names, isGoOverlay }: { readonly names: NameTable; readonly isGoOverlay: boolean },
): readonly Edge[] {
  const wanted = new Set(dependencies(reading).map(({ service }) => service));
  const waits = readWaits(reading, { names, wanted, isGoOverlay });
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

function spread(edge: Edge, names: NameTable, dependent: string): Dependency[] {
  const { service, condition, waitAfterMs } = edge;
  return (names.get(service) ?? [])
    .filter((name) => name !== dependent)
    .map((name) => ({ service: name, condition, waitAfterMs }));
}
