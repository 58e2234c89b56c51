import { existsSync, readdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from './contract.ts';

/** Names one start, or one run of a script. */
export interface LaunchName {
  readonly service: string;
  readonly generation: string;
}

/** What the wrapper wrote down about itself before it became the program. */
export interface LaunchRecord extends LaunchName {
  readonly bootId: string;
  readonly pid: number;
  /** The wrapper does not know it: asking would cost more than all else it does. Then the marker or cgroup must prove the pid. */
  readonly startTime: number | undefined;
  /** Directory of the cgroup that it entered; undefined: none. */
  readonly cgroup: string | undefined;
}

/** Records of starts, one small file each: they exist even when the supervisor was killed between fork and bookkeeping. */
export interface LaunchRecords {
  path(launch: LaunchName): string;
  /** Where the parent of a durable service writes the exit code. */
  exitPath(launch: LaunchName): string;
  /** What the wrapper writes before its process id. */
  head(context: { bootId: string; cgroup: string | undefined }): string;
  /** Writes a record as the wrapper would. A full disk is no reason to fail: the cgroup and the marker tell the same. */
  write(launch: LaunchName, what: { identity: ProcessIdentity; cgroup: string | undefined }): void;
  read(launch: LaunchName): LaunchRecord | undefined;
  /** Undefined: not written (yet), or damaged. */
  readExitCode(launch: LaunchName): number | undefined;
  /** All whole records of a service, without those of scripts (whose generations have a `:`); what is damaged is removed. */
  of(service: string): readonly LaunchRecord[];
  remove(launch: LaunchName): void;
  removeAll(service: string): void;
}

/** Not allowed in the name of a service. */
const SEPARATOR = '~';
const EXIT_SUFFIX = `${SEPARATOR}exit`;
const LARGEST_RECORD = 8192;

export function launchRecords(directory: string): LaunchRecords {
  const path = ({ service, generation }: LaunchName): string => join(directory, `${service}${SEPARATOR}${generation}`);
  const exitPath = (launch: LaunchName): string => path(launch) + EXIT_SUFFIX;
  const read = (launch: LaunchName): LaunchRecord | undefined => parseRecord(launch, readSmall(path(launch)));
  const filesOf = (service: string): string[] =>
    namesIn(directory).filter((name) => name.startsWith(service + SEPARATOR));
  return {
    path,
    exitPath,
    head: headOf,
    write(launch, { identity, cgroup }) {
      const { pid, startTime, bootId } = identity;
      const sign = cgroup === undefined ? '-' : '+';
      try {
        writeFileSync(path(launch), `${sign}${headOf({ bootId, cgroup })}${pid} ${startTime}\n`, { mode: 0o600 });
      } catch {
        rmSync(path(launch), { force: true });
      }
    },
    read,
    readExitCode(launch) {
      const text = readSmall(exitPath(launch)).trim();
      return /^\d{1,3}$/.test(text) ? Number(text) : undefined;
    },
    of(service) {
      const names = filesOf(service).filter((name) => !name.endsWith(EXIT_SUFFIX) && !name.includes(':'));
      return names.flatMap((name) => {
        const record = read({ service, generation: name.slice(service.length + SEPARATOR.length) });
        if (record === undefined) rmSync(join(directory, name), { force: true });
        return record ?? [];
      });
    },
    remove(launch) {
      for (const file of [path(launch), exitPath(launch)]) if (existsSync(file)) unlinkSync(file);
    },
    removeAll(service) {
      for (const name of filesOf(service)) rmSync(join(directory, name), { force: true });
    },
  };
}

function headOf({ bootId, cgroup }: { bootId: string; cgroup: string | undefined }): string {
  return `${bootId} ${encodeURIComponent(cgroup ?? '')} `;
}

function parseRecord({ service, generation }: LaunchName, text: string): LaunchRecord | undefined {
  const match = /^([-+])([0-9a-f-]{36}) ([^ ]*) (\d{1,10})(?: (\d{1,16}))?\n$/.exec(text);
  const [, sign, bootId, cgroup, pid, startTime] = match ?? [];
  if (bootId === undefined || cgroup === undefined) return undefined;
  try {
    return {
      service,
      generation,
      bootId,
      pid: Number(pid),
      startTime: startTime === undefined ? undefined : Number(startTime),
      cgroup: sign === '+' && cgroup !== '' ? decodeURIComponent(cgroup) : undefined,
    };
  } catch {
    return undefined;
  }
}

function readSmall(file: string): string {
  try {
    return statSync(file).size > LARGEST_RECORD ? '' : readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
