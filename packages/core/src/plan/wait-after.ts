import { didYouMean } from '../errors/nearest.ts';
import { parseDuration } from './duration.ts';
import { type NameTable, otherNames } from './service-names.ts';
import { reportValue, type ServiceReading } from './service-reading.ts';
import { slippedKeyHint } from './slipped-key.ts';
import { isTable } from './values.ts';

/** The wait of a dependency by its name. Keys of the table that are no dependencies are reported. */
export function readWaits(
  reading: ServiceReading,
  options: {
    readonly names: NameTable;
    /** What depends_on names. */
    readonly wanted: ReadonlySet<string>;
    readonly isGoOverlay: boolean;
  },
): (service: string) => number {
  const value = reading.table.wait_after;
  if (!isTable(value)) {
    const waitMs = parseDuration(value) ?? 0;
    return () => waitMs;
  }
  for (const key of Object.keys(value)) {
    if (!options.wanted.has(key)) reportWait(reading, { key, ...options });
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
  return (
    slippedKeyHint('wait_after', key) ?? didYouMean(key, wanted) ?? didYouMean(key, otherNames(names, reading.name))
  );
}
