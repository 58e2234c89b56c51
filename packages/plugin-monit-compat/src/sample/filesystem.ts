import { readFileSync, realpathSync, type StatsFs, statfsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Facts, Sample, Usage } from '../engine/sample.ts';
import { messageOf, nodeFacts } from './file.ts';
import { readSmall } from './proc-table.ts';

/** Counters of a block device, for rates. */
export interface FilesystemMemory {
  readonly atMs: number;
  readonly readSectors: number;
  readonly writeSectors: number;
  readonly reads: number;
  readonly writes: number;
  readonly busyMs: number;
}

export interface FilesystemInput {
  /** A mount point, a device, or the name of a share as mounted. */
  readonly path: string;
  readonly memory: FilesystemMemory | undefined;
  readonly atMs: number;
}

interface Mount {
  readonly device: string;
  readonly point: string;
  readonly type: string;
  readonly options: string;
}

/** Space, inodes, flags and device activity of a mounted filesystem. */
export function sampleFilesystem({ path, memory, atMs }: FilesystemInput): {
  readonly sample: Sample;
  readonly memory: FilesystemMemory | undefined;
} {
  const mount = findMount(path);
  if (mount === undefined)
    return { sample: { presence: 'missing', reason: `filesystem ${path} is not mounted`, facts: {} }, memory };
  try {
    const usage = statfsSync(mount.point);
    const now = readDisk(mount.device, atMs);
    const io = now === undefined || memory === undefined ? undefined : ioRates(now, memory);
    const facts: Facts = {
      ...nodeFacts(statSync(mount.point)),
      space: spaceOf(usage),
      ...(usage.files > 0 ? { inodes: inodesOf(usage) } : {}),
      flags: mount.options,
      ...(io === undefined ? {} : { io }),
    };
    return { sample: { presence: 'present', facts }, memory: now };
  } catch (error) {
    return { sample: { presence: 'unreadable', reason: messageOf(error), facts: {} }, memory };
  }
}

/** The mount that a mount point, a device or a share name means. A folder below a mount point means that mount. */
export function findMount(path: string, mounts: readonly Mount[] = readMounts()): Mount | undefined {
  const names = new Set([path, resolved(path)]);
  const exact = mounts.findLast(
    ({ device, point }) => names.has(point) || names.has(device) || names.has(resolved(device)),
  );
  if (exact !== undefined) return exact;
  const target = resolved(path);
  if (!target.startsWith('/') || statSync(target, { throwIfNoEntry: false }) === undefined) return undefined;
  return mounts
    .filter(({ point }) => point === '/' || target.startsWith(`${point}/`))
    .reduce<Mount | undefined>(
      (best, mount) => (best === undefined || mount.point.length >= best.point.length ? mount : best),
      undefined,
    );
}

function readMounts(): Mount[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [device = '', point = '', type = '', options = ''] = line.split(' ').map(unescapeMount);
      return { device, point, type, options };
    });
}

// Blanks and backslashes stand as octal numbers in the table of mounts.
function unescapeMount(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

function resolved(path: string): string {
  if (!path.startsWith('/')) return path;
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

// Percentages as df counts them: used of used plus what an ordinary user may still take, reserved blocks left out.
function spaceOf({ blocks, bfree, bavail, bsize }: StatsFs): Usage {
  const used = blocks - bfree;
  return {
    total: blocks * bsize,
    used: used * bsize,
    free: bavail * bsize,
    usedPercent: share(used, used + bavail),
    freePercent: share(bavail, used + bavail),
  };
}

function inodesOf({ files, ffree }: StatsFs): Usage {
  const used = files - ffree;
  return { total: files, used, free: ffree, usedPercent: share(used, files), freePercent: share(ffree, files) };
}

function share(part: number, whole: number): number {
  return whole > 0 ? (part / whole) * 100 : 0;
}

function readDisk(device: string, atMs: number): FilesystemMemory | undefined {
  if (!device.startsWith('/dev/')) return undefined;
  const name = basename(resolved(device));
  const line = (readSmall('/proc/diskstats') ?? '')
    .split('\n')
    .find((candidate) => candidate.trim().split(/\s+/)[2] === name);
  if (line === undefined) return undefined;
  const fields = line.trim().split(/\s+/).map(Number);
  const field = (position: number): number => fields[position] ?? 0;
  return {
    atMs,
    reads: field(3),
    readSectors: field(5),
    writes: field(7),
    writeSectors: field(9),
    busyMs: field(6) + field(10),
  };
}

/** A sector of /proc/diskstats is 512 bytes whatever the device says. */
const SECTOR = 512;

function ioRates(now: FilesystemMemory, before: FilesystemMemory): Facts['io'] {
  const seconds = (now.atMs - before.atMs) / 1000;
  if (seconds <= 0) return undefined;
  const operations = now.reads - before.reads + now.writes - before.writes;
  return {
    readBytes: ((now.readSectors - before.readSectors) * SECTOR) / seconds,
    writeBytes: ((now.writeSectors - before.writeSectors) * SECTOR) / seconds,
    reads: (now.reads - before.reads) / seconds,
    writes: (now.writes - before.writes) / seconds,
    serviceTimeMs: operations > 0 ? (now.busyMs - before.busyMs) / operations : 0,
  };
}
