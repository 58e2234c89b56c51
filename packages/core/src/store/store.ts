import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TappetError } from '../errors/index.ts';
import type { Logger } from '../log.ts';
import { bootId } from '../process/identity.ts';
import type { DaemonRecord, ServiceRecord, Store } from './contract.ts';
import { openDirectory } from './directory.ts';
import { isLock, type Lock, takeLock } from './lock.ts';
import { type Filed, parseDaemonFile, parseServiceFile } from './records.ts';

export interface StoreOptions {
  /** The runtime directory; made if it does not exist. */
  readonly directory: string;
  readonly project: string;
  readonly log: Logger;
  /** False: locks with a file although `flock` is installed. Default true. */
  readonly flock?: boolean;
}

const LARGEST_FILE = 64 * 1024;
const SUFFIX = '.json';

/**
 * Takes charge of a runtime directory. Rejects with ERR_STORE_LOCKED when another daemon has it and ERR_STORE_IO when it
 * cannot be used. Files are replaced by rename, without fsync: they are only valid within one boot of the machine.
 */
export async function openStore({ directory, project, log, flock: useFlock = true }: StoreOptions): Promise<Store> {
  const lock = lockOrThrow({ directory, project, useFlock });
  const services = join(directory, 'state');
  mkdirSync(services, { recursive: true, mode: 0o700 });
  const daemonFile = join(directory, `daemon${SUFFIX}`);
  const queue = new Map<string, string>();
  const problems: string[] = [];
  let isScheduled = false;
  let isClosed = false;

  const fileOf = (service: string): string => join(services, encodeURIComponent(service) + SUFFIX);

  function report(problem: string): void {
    if (problems.length < 100) problems.push(problem);
    log.warn(problem);
  }

  function put(file: string, record: ServiceRecord | DaemonRecord): void {
    if (isClosed) return;
    queue.set(file, JSON.stringify({ bootId: bootId(), record }));
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(flush);
  }

  function flush(): void {
    isScheduled = false;
    for (const [file, content] of queue) {
      try {
        writeFileSync(`${file}.new`, content, { mode: 0o600 });
        renameSync(`${file}.new`, file);
        queue.delete(file);
      } catch (error) {
        queue.delete(file);
        removeQuietly(`${file}.new`);
        report(`cannot write ${file}: ${(error as Error).message}`);
      }
    }
  }

  function read<Record>(file: string, parse: (content: string) => Filed<Record>): Record | undefined {
    try {
      if (statSync(file).size > LARGEST_FILE) throw new Error(`it is larger than ${LARGEST_FILE} bytes`);
      const filed = parse(readFileSync(file, 'utf8'));
      return filed.bootId === bootId() ? filed.record : undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      setAside(file, error);
      return undefined;
    }
  }

  function setAside(file: string, error: unknown): void {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    report(`the state file ${file} is damaged and was set aside as *.bad: ${why}`);
    try {
      renameSync(file, `${file}.bad`);
    } catch {
      removeQuietly(file);
    }
  }

  return {
    directory,
    readServices() {
      flush();
      const names = readdirSync(services).filter((name) => name.endsWith(SUFFIX));
      return names.flatMap((name) => {
        const file = join(services, name);
        const record = read(file, parseServiceFile);
        if (record === undefined || fileOf(record.service) === file) return record ?? [];
        setAside(file, new Error(`it is about ${record.service}`));
        return [];
      });
    },
    writeService: (record) => put(fileOf(record.service), record),
    removeService(service) {
      queue.delete(fileOf(service));
      removeQuietly(fileOf(service));
    },
    readDaemon() {
      flush();
      return read(daemonFile, parseDaemonFile);
    },
    writeDaemon: (record) => put(daemonFile, record),
    flush,
    problems: () => problems.splice(0),
    close({ clean }) {
      if (isClosed) return;
      flush();
      isClosed = true;
      if (clean) empty(directory);
      lock.release({ remove: clean });
      if (clean) removeIfEmpty(directory);
    },
  };
}

function lockOrThrow(about: { directory: string; project: string; useFlock: boolean }): Lock {
  const { directory, project, useFlock } = about;
  const lock = takeOrExplain({ directory, useFlock });
  if ('release' in lock) return lock;
  const who = lock.pid === undefined ? 'another daemon' : `a daemon with process id ${lock.pid}`;
  throw new TappetError(`cannot start project ${project}: ${who} runs it already`, {
    code: 'ERR_STORE_LOCKED',
    hint: 'talk to it with "tappet status", end it with "tappet down", or give this one another project name',
  });
}

function takeOrExplain({ directory, useFlock }: { directory: string; useFlock: boolean }): ReturnType<typeof takeLock> {
  for (let attempt = 1; ; attempt++) {
    openDirectory(directory);
    try {
      return takeLock(directory, { useFlock });
    } catch (cause) {
      // A predecessor that ends at this moment takes the directory away with it.
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT' && attempt < DIRECTORY_TRIES) continue;
      throw new TappetError(`cannot lock the runtime directory ${directory}: ${(cause as Error).message}`, {
        code: 'ERR_STORE_IO',
        hint: 'is its file system full or read-only?',
        cause,
      });
    }
  }
}

const DIRECTORY_TRIES = 20;

function removeQuietly(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Whoever needs the place finds out when writing.
  }
}

/** Removes everything but the lock, which is held while that takes its time. */
function empty(directory: string): void {
  const names = readdirSync(directory).filter((name) => !isLock(name));
  for (const name of names) removeQuietly(join(directory, name));
}

function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // A successor's lock, or a place where something is mounted.
  }
}
