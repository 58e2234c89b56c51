import type { ServiceReading } from './service-reading.ts';

/** Every name that `depends_on` may use, and the services it means: its own, or all copies. */
export type NameTable = ReadonlyMap<string, readonly string[]>;

/** The names of these tables. A later table of the same name replaces an earlier one. */
export function nameTable(readings: readonly ServiceReading[]): NameTable {
  const names = new Map<string, readonly string[]>();
  for (const reading of readings) {
    const count = reading.table.instances ?? 1;
    if (count === 1) {
      names.set(reading.name, [reading.name]);
      continue;
    }
    const copies = Array.from({ length: count }, (_, index) => `${reading.name}@${index + 1}`);
    for (const copy of copies) names.set(copy, [copy]);
    names.set(reading.name, copies);
  }
  return names;
}

/** Every name but one, for suggestions. */
export function otherNames(names: NameTable, own: string): string[] {
  return [...names.keys()].filter((name) => name !== own);
}

/** The table that each name stands for: `web` for `web@2` when `web` has copies. */
export function tableNames(readings: readonly ServiceReading[]): ReadonlyMap<string, string> {
  const groups = new Map<string, string>();
  for (const reading of readings) for (const name of nameTable([reading]).keys()) groups.set(name, reading.name);
  return groups;
}
