import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from './contract.ts';
import { parseStat } from './identity.ts';

/** What the wrapper wrote down about itself before it became the program. */
export interface LaunchRecord {
  readonly service: string;
  readonly generation: string;
  readonly identity: ProcessIdentity;
  /** Directory of the cgroup that it entered; undefined: none. */
  readonly cgroup: string | undefined;
}

/** Records of starts, one small file each: they exist even when the supervisor was killed between fork and bookkeeping. */
export interface LaunchRecords {
  path(launch: { service: string; generation: string }): string;
  /** Where the parent of a durable service writes the exit code. */
  exitPath(launch: { service: string; generation: string }): string;
  head(context: { bootId: string; cgroup: string | undefined }): string;
  /** Writes a record as the wrapper would. A full disk is no reason to fail: the cgroup and the marker tell the same. */
  write(
    launch: { service: string; generation: string },
    what: { identity: ProcessIdentity; cgroup: string | undefined },
  ): void;
  read(launch: { service: string; generation: string }): LaunchRecord | undefined;
  /** Undefined: not written (yet), or damaged. */
  readExitCode(launch: { service: string; generation: string }): number | undefined;
  /** All whole records of a service, without those of scripts (whose generations have a `:`); what is damaged is removed, since the cgroup and the marker tell the same. */
  of(service: string): readonly LaunchRecord[];
  remove(launch: { service: string; generation: string }): void;
  removeAll(service: string): void;
}

/** Not allowed in the name of a service. */
const SEPARATOR = '~';
const EXIT_SUFFIX = `${SEPARATOR}exit`;
const LARGEST_RECORD = 8192;

export function launchRecords(directory: string): LaunchRecords {
  const path = ({ service, generation }: { service: string; generation: string }): string =>
    join(directory, `${service}${SEPARATOR}${generation}`);
  const exitPath = (launch: { service: string; generation: string }): string => path(launch) + EXIT_SUFFIX;
  const read = (launch: { service: string; generation: string }): LaunchRecord | undefined => {
    const parsed = parseRecord(readSmall(path(launch)));
    return parsed === undefined ? undefined : { ...launch, ...parsed };
  };
  const filesOf = (service: string): string[] =>
    namesIn(directory).filter((name) => name.startsWith(service + SEPARATOR));
  return {
    path,
    exitPath,
    head: headOf,
    write(launch, { identity, cgroup }) {
      const { pid, startTime, bootId } = identity;
      const stat = `${pid} (sh) R 0 ${pid} ${pid}${' 0'.repeat(15)} ${startTime}`;
      try {
        writeFileSync(path(launch), `${cgroup === undefined ? '-' : '+'}${headOf({ bootId, cgroup })} ${stat}\n`, {
          mode: 0o600,
        });
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
      rmSync(path(launch), { force: true });
      rmSync(exitPath(launch), { force: true });
    },
    removeAll(service) {
      for (const name of filesOf(service)) rmSync(join(directory, name), { force: true });
    },
  };
}

function headOf({ bootId, cgroup }: { bootId: string; cgroup: string | undefined }): string {
  return `${bootId} ${encodeURIComponent(cgroup ?? '')}|`;
}

function parseRecord(text: string): { identity: ProcessIdentity; cgroup: string | undefined } | undefined {
  if (!text.endsWith('\n')) return undefined;
  const [, entered, bootId, cgroup, line] = /^([-+])([0-9a-f-]{36}) ([^| ]*)\| (.*)\n$/s.exec(text) ?? [];
  const stat = line === undefined ? undefined : parseStat(line);
  if (bootId === undefined || cgroup === undefined || stat === undefined) return undefined;
  try {
    const directory = decodeURIComponent(cgroup);
    const identity = { pid: stat.pid, startTime: stat.startTime, bootId };
    return { identity, cgroup: entered === '+' && directory !== '' ? directory : undefined };
  } catch {
    return undefined;
  }
}

function readSmall(file: string): string {
  try {
    return statSync(file).size > LARGEST_RECORD ? '' : readFileSync(file, 'latin1');
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
