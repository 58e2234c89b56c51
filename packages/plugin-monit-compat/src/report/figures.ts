import type { Facts, Usage } from '../engine/sample.ts';
import { formatBytes, formatUptime } from '../engine/units.ts';
import { probeFigures } from './figures-of-probes.ts';
import type { Flows } from './flows.ts';
import type { Counters } from './late-figures.ts';
import type { ServiceReport } from './service-report.ts';

/** A label and a value; undefined: not measured. */
type Row = readonly [string, string | number | undefined];

/** The figures of a service in words, label and value, as the status text and the page of the service show them. */
export function figuresOf(
  report: ServiceReport & { readonly counters?: Counters },
): readonly (readonly [string, string])[] {
  const { service, monitoring, status, look } = report;
  const rows: Row[] = [
    ['status', status],
    ['monitoring status', { yes: 'Monitored', init: 'Waiting', no: 'Not monitored' }[monitoring]],
    ['monitoring mode', service.mode],
    ['on reboot', service.onreboot ?? 'start'],
    ...typeRows(report),
    ...probeFigures(report.probes),
    ['data collected', look === undefined ? undefined : isoDate(look.wallMs)],
  ];
  return rows.flatMap(([label, value]) => (value === undefined ? [] : [[label, String(value)] as const]));
}

function typeRows(report: ServiceReport & { readonly counters?: Counters }): Row[] {
  const { facts, counters = {} } = report;
  switch (report.service.type) {
    case 'process':
      return processRows(facts, counters);
    case 'system':
      return systemRows(facts);
    case 'network':
      return linkRows(facts);
    case 'program':
      return [
        ['last exit value', facts.status],
        ['last output', facts.lines?.join('\n')],
      ];
    case 'filesystem':
      return filesystemRows(facts, counters);
    case 'file':
    case 'directory':
    case 'fifo':
      return nodeRows(facts);
    case 'host':
      break;
  }
  return [];
}

function processRows(facts: Facts, { descriptors, flows }: Counters): Row[] {
  const { resources = {}, shares = {} } = facts;
  const open = resources.fileDescriptors;
  const limit = descriptors?.soft;
  return [
    ['pid', facts.identity?.pid],
    ['parent pid', facts.ppid],
    ['uid', facts.uid],
    ['effective uid', facts.euid],
    ['gid', facts.gid],
    ['uptime', uptime(facts)],
    ['threads', resources.threads],
    ['children', resources.children],
    ['cpu', percent(resources.cpu)],
    ['cpu total', percent(resources.totalCpu)],
    ['memory', amount(resources.memory, shares.memory)],
    ['memory total', amount(resources.totalMemory, shares.totalMemory)],
    [
      'filedescriptors',
      open === undefined || limit === undefined ? open : `${open} [${percent((open / limit) * 100)} of ${limit} limit]`,
    ],
    ['total filedescriptors', resources.totalFileDescriptors],
    ...flowRows(flows),
  ];
}

function systemRows(facts: Facts): Row[] {
  const { resources = {}, shares = {} } = facts;
  const loads = [resources.loadavg1, resources.loadavg5, resources.loadavg15];
  const parts = [
    ['usr', resources.cpuUser],
    ['sys', resources.cpuSystem],
    ['nice', resources.cpuNice],
    ['iowait', resources.cpuWait],
    ['hardirq', resources.cpuHardirq],
    ['softirq', resources.cpuSoftirq],
    ['steal', resources.cpuSteal],
    ['guest', resources.cpuGuest],
    ['guestnice', resources.cpuGuestnice],
  ] as const;
  const cpu = parts.flatMap(([name, share]) => (share === undefined ? [] : [`${percent(share)}${name}`]));
  return [
    [
      'load average',
      loads[0] === undefined ? undefined : loads.map((load) => `[${load?.toFixed(2) ?? '-'}]`).join(' '),
    ],
    ['cpu', cpu.length === 0 ? undefined : cpu.join(' ')],
    ['memory usage', amount(resources.memory, shares.memory)],
    ['swap usage', amount(resources.swap, shares.swap)],
    ['uptime', uptime(facts)],
    ['filedescriptors', amountOf(resources.fileDescriptors, shares.fileDescriptors)],
  ];
}

function linkRows({ link }: Facts): Row[] {
  if (link === undefined) return [];
  const { rates = {}, speed, duplex } = link;
  const bytes = (direction: string): string | undefined => {
    const rate = rates[`${direction}:bytes`];
    return rate === undefined ? undefined : `${formatBytes(rate)}/s`;
  };
  const packets = (direction: string): string | undefined => {
    const rate = rates[`${direction}:packets`];
    return rate === undefined ? undefined : `${Math.round(rate)} per second`;
  };
  return [
    ['link', link.isUp ? 'up' : 'down'],
    ['link capacity', speed === undefined ? undefined : `${speed / 1_000_000} Mb/s ${duplex ?? ''}`.trim()],
    ['saturation', percent(link.saturationPercent)],
    ['download bytes', bytes('download')],
    ['upload bytes', bytes('upload')],
    ['download packets', packets('download')],
    ['upload packets', packets('upload')],
  ];
}

function filesystemRows(facts: Facts, { filesystemType, flows }: Counters): Row[] {
  return [
    ['filesystem type', filesystemType],
    ['filesystem flags', facts.flags],
    ...ownerRows(facts),
    ['space usage', usage(facts.space, formatBytes)],
    ['space total', facts.space && formatBytes(facts.space.total)],
    ['space free for non superuser', facts.space && rest(facts.space, formatBytes)],
    ['inodes usage', usage(facts.inodes, String)],
    ['inodes total', facts.inodes?.total],
    ['inodes free', facts.inodes && rest(facts.inodes, String)],
    ...flowRows(flows),
  ];
}

function nodeRows(facts: Facts): Row[] {
  const { times, sizeBytes } = facts;
  return [
    ...ownerRows(facts),
    ['size', sizeBytes === undefined ? undefined : formatBytes(sizeBytes)],
    ['access timestamp', times && isoDate(times.atime * 1000)],
    ['change timestamp', times && isoDate(times.ctime * 1000)],
    ['modify timestamp', times && isoDate(times.mtime * 1000)],
    ...Object.entries(facts.checksums ?? {}).map(([kind, sum]): Row => ['checksum', `${sum} (${kind.toUpperCase()})`]),
  ];
}

function ownerRows({ mode, uid, gid }: Facts): Row[] {
  return [
    ['permission', mode?.toString(8)],
    ['uid', uid],
    ['gid', gid],
  ];
}

function flowRows(flows: Flows | undefined): Row[] {
  return Object.entries(flows ?? {}).flatMap(([direction, { bytesgeneric, bytes, operations }]): Row[] => [
    [
      `${direction} bytes`,
      bytesgeneric && `${formatBytes(bytesgeneric.rate)}/s [${formatBytes(bytesgeneric.total)} total]`,
    ],
    [`disk ${direction} bytes`, bytes && `${formatBytes(bytes.rate)}/s [${formatBytes(bytes.total)} total]`],
    [
      `disk ${direction} operations`,
      operations && `${operations.rate.toFixed(1)} ${direction}s/s [${operations.total} ${direction}s total]`,
    ],
  ]);
}

function uptime({ uptimeSeconds }: Facts): string | undefined {
  return uptimeSeconds === undefined ? undefined : formatUptime(uptimeSeconds);
}

function usage(value: Usage | undefined, text: (amount: number) => string): string | undefined {
  return value && `${percent(value.usedPercent)} [${text(value.used)} of ${text(value.total)}]`;
}

function rest({ free, freePercent }: Usage, text: (amount: number) => string): string {
  return `${text(free)} [${percent(freePercent)}]`;
}

/** `3.4% [12.0 MB]`. */
function amount(bytes: number | undefined, share: number | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  return share === undefined ? formatBytes(bytes) : `${percent(share)} [${formatBytes(bytes)}]`;
}

function amountOf(count: number | undefined, share: number | undefined): string | number | undefined {
  return count === undefined || share === undefined ? count : `${count} [${percent(share)}]`;
}

function percent(value: number | undefined): string | undefined {
  return value === undefined ? undefined : `${value.toFixed(1)}%`;
}

function isoDate(wallMs: number): string {
  return new Date(wallMs).toISOString();
}
