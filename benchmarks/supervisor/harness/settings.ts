import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** What every figure takes on its command line. */
export interface Settings {
  readonly isJson: boolean;
  readonly rounds: number;
  readonly counts: readonly number[];
  /** Names of contenders; undefined: all. */
  readonly only: readonly string[] | undefined;
  readonly without: readonly string[];
  /** The checkout that is `tappet`. */
  readonly ours: string;
  /** Runtime files on the disk of the temporary folder, as in a container, not on a tmpfs. */
  readonly isOnDisk: boolean;
  /** Other checkouts of this repository, built: each is one more contender. */
  readonly trees: readonly string[];
  readonly withPm2: boolean;
  /** A folder in which pm2 is installed already. */
  readonly pm2: string | undefined;
}

/** Reads the command line. A wrong one is answered on stderr and ends the program with 2. */
export function readSettings(defaults: { rounds: number; counts: readonly number[] }): Settings {
  try {
    const { values } = parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        rounds: { type: 'string', default: String(defaults.rounds) },
        counts: { type: 'string', default: defaults.counts.join(',') },
        only: { type: 'string' },
        without: { type: 'string', default: '' },
        ours: { type: 'string', default: join(import.meta.dirname, '../../..') },
        disk: { type: 'boolean', default: false },
        tree: { type: 'string', multiple: true, default: [] },
        'with-pm2': { type: 'boolean', default: false },
        pm2: { type: 'string' },
      },
    });
    return {
      isJson: values.json,
      rounds: wholeNumber('rounds', values.rounds),
      counts: list(values.counts).map((count) => wholeNumber('counts', count)),
      only: values.only === undefined ? undefined : list(values.only),
      without: list(values.without),
      ours: resolve(values.ours),
      isOnDisk: values.disk,
      trees: values.tree.map((tree) => resolve(tree)),
      withPm2: values['with-pm2'] || values.pm2 !== undefined,
      pm2: values.pm2,
    };
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}

function list(text: string): readonly string[] {
  return text.split(',').filter((part) => part !== '');
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new TypeError(`--${name} takes whole numbers from 1, not "${text}"`);
  return value;
}
