import type { LoadedMonit } from './model/load-monit.ts';
import type { MonitOptions } from './schema.ts';
import { loadIncludeList } from './source/include-list.ts';

/** What the check of the options has read, until the setup that follows takes it. */
const readings = new WeakMap<MonitOptions, LoadedMonit>();

/** Reads the control files of options that are being checked. */
export function readForCheck(options: MonitOptions): LoadedMonit {
  const loaded = read(options);
  readings.set(options, loaded);
  return loaded;
}

/** The control files of checked options: they are not read twice for one start. */
export function readForSetup(options: MonitOptions): LoadedMonit {
  const loaded = readings.get(options) ?? read(options);
  readings.delete(options);
  return loaded;
}

function read({ include, monit }: MonitOptions): LoadedMonit {
  return loadIncludeList({ include, text: monit });
}
