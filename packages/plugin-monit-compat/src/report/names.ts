import type { EventName } from '../language/alerts.ts';
import type { ServiceType } from '../language/ast.ts';

/** The number of a service type in the XML view. */
export const TYPE_NUMBERS: Readonly<Record<ServiceType, number>> = {
  filesystem: 0,
  directory: 1,
  file: 2,
  process: 3,
  host: 4,
  system: 5,
  fifo: 6,
  program: 7,
  network: 8,
};

/** The word for a service type in tables. */
export const TYPE_WORDS: Readonly<Record<ServiceType, string>> = {
  filesystem: 'Filesystem',
  directory: 'Directory',
  file: 'File',
  process: 'Process',
  host: 'Remote Host',
  system: 'System',
  fifo: 'Fifo',
  program: 'Program',
  network: 'Network',
};

const BITS: readonly (EventName | 'heartbeat')[] = [
  'checksum',
  'resource',
  'timeout',
  'timestamp',
  'size',
  'connection',
  'permission',
  'uid',
  'gid',
  'nonexist',
  'invalid',
  'data',
  'exec',
  'fsflags',
  'icmp',
  'content',
  'instance',
  'action',
  'pid',
  'ppid',
  'heartbeat',
  'status',
  'uptime',
  'link',
  'speed',
  'saturation',
  'bytein',
  'byteout',
  'packetin',
  'packetout',
  'exist',
];

/** Failing events as the bit mask of the XML view. */
export function statusBits(failing: readonly EventName[]): number {
  return failing.reduce((mask, name) => mask + 2 ** BITS.indexOf(name), 0);
}
