import type { Facts, LinkFacts, Usage } from '../engine/sample.ts';
import type { Counters, FullReport } from '../report/late-figures.ts';
import { readSmall } from '../sample/proc-table.ts';
import type { Element } from './xml.ts';

/** What was measured of a service, as elements. Nothing of what is not there, as long as it has not been seen. */
export function figureElements({ service, facts, counters, look }: FullReport): Element[] {
  switch (service.type) {
    case 'process':
      return facts.identity === undefined ? [] : processElements(facts, counters);
    case 'system':
      return look === undefined ? [] : systemElements(facts);
    case 'program':
      return programElements(facts, look?.wallMs);
    case 'network':
      return facts.link === undefined ? [] : [['link', linkElements(facts.link, counters.traffic)]];
    case 'file':
      return [
        ...nodeElements(facts),
        ['size', facts.sizeBytes],
        ...Object.entries(facts.checksums ?? {}).map(([kind, sum]): Element => [
          'checksum',
          sum,
          { type: kind.toUpperCase() },
        ]),
      ];
    case 'directory':
    case 'fifo':
      return nodeElements(facts);
    case 'filesystem':
      return filesystemElements(facts, counters);
    case 'host':
      break;
  }
  return [];
}

function processElements(facts: Facts, { descriptors, flows }: Counters): Element[] {
  const { resources = {}, shares = {} } = facts;
  return [
    ['pid', facts.identity?.pid],
    ['ppid', facts.ppid],
    ['uid', facts.uid],
    ['euid', facts.euid],
    ['gid', facts.gid],
    ['uptime', Math.floor(facts.uptimeSeconds ?? 0)],
    ['threads', resources.threads],
    ['children', resources.children],
    [
      'memory',
      [
        ['percent', rounded(shares.memory)],
        ['percenttotal', rounded(shares.totalMemory ?? shares.memory)],
        ['kilobyte', kilobytes(resources.memory)],
        ['kilobytetotal', kilobytes(resources.totalMemory ?? resources.memory)],
      ],
    ],
    [
      'cpu',
      [
        ['percent', rounded(resources.cpu ?? -1)],
        ['percenttotal', rounded(resources.totalCpu ?? resources.cpu ?? -1)],
      ],
    ],
    [
      'filedescriptors',
      [
        ['open', resources.fileDescriptors],
        ['opentotal', resources.totalFileDescriptors],
        ['limit', descriptors === undefined ? undefined : Object.entries(descriptors)],
      ],
    ],
    ...flowElements(flows),
  ];
}

function systemElements({ resources = {}, shares = {} }: Facts): Element[] {
  const [allocated, unused, maximum] = (readSmall('/proc/sys/fs/file-nr') ?? '').trim().split('\t');
  return [
    [
      'filedescriptors',
      [
        ['allocated', allocated],
        ['unused', unused],
        ['maximum', maximum],
      ],
    ],
    [
      'system',
      [
        [
          'load',
          [
            ['avg01', resources.loadavg1?.toFixed(2)],
            ['avg05', resources.loadavg5?.toFixed(2)],
            ['avg15', resources.loadavg15?.toFixed(2)],
          ],
        ],
        [
          'cpu',
          [
            ['user', rounded(resources.cpuUser ?? -1)],
            ['system', rounded(resources.cpuSystem ?? -1)],
            ['nice', rounded(resources.cpuNice ?? -1)],
            ['wait', rounded(resources.cpuWait ?? -1)],
            ['hardirq', rounded(resources.cpuHardirq ?? -1)],
            ['softirq', rounded(resources.cpuSoftirq ?? -1)],
            ['steal', rounded(resources.cpuSteal ?? -1)],
            ['guest', rounded(resources.cpuGuest ?? -1)],
            ['guestnice', rounded(resources.cpuGuestnice ?? -1)],
          ],
        ],
        ...(['memory', 'swap'] as const).map((name): Element => [
          name,
          [
            ['percent', rounded(shares[name])],
            ['kilobyte', kilobytes(resources[name])],
          ],
        ]),
      ],
    ],
  ];
}

// The result that is shown was judged at this moment, and the program was started anew.
function programElements({ status, lines }: Facts, wallMs: number | undefined): Element[] {
  if (status === undefined) return [];
  return [
    [
      'program',
      [
        ['started', Math.floor((wallMs ?? 0) / 1000)],
        ['status', status],
        ['output', lines?.join('\n') ?? ''],
      ],
    ],
  ];
}

function linkElements({ isUp, speed, duplex, rates }: LinkFacts, totals: Counters['traffic']): Element[] {
  const units = (direction: string): Element[] =>
    ['packets', 'bytes', 'errors'].map((unit) => [
      unit,
      [
        ['now', Math.round(rates?.[`${direction}:${unit}`] ?? 0)],
        ['total', totals?.[`${direction}:${unit}`]],
      ],
    ]);
  return [
    ['state', isUp ? 1 : 0],
    ['speed', speed ?? -1],
    ['duplex', duplex === 'full' ? 1 : duplex === 'half' ? 0 : -1],
    ['download', units('download')],
    ['upload', units('upload')],
  ];
}

function filesystemElements(facts: Facts, { filesystemType, flows }: Counters): Element[] {
  if (facts.space === undefined) return [];
  return [
    ['fstype', filesystemType],
    ['fsflags', facts.flags],
    ...ownerElements(facts),
    ['block', usageElements(facts.space, (bytes) => (bytes / 1024 ** 2).toFixed(1))],
    ['inode', usageElements(facts.inodes, String)],
    ...flowElements(flows),
  ];
}

function nodeElements(facts: Facts): Element[] {
  const { times } = facts;
  return [
    ...ownerElements(facts),
    [
      'timestamps',
      times === undefined
        ? undefined
        : [
            ['access', Math.floor(times.atime)],
            ['change', Math.floor(times.ctime)],
            ['modify', Math.floor(times.mtime)],
          ],
    ],
  ];
}

function ownerElements({ mode, uid, gid }: Facts): Element[] {
  return [
    ['mode', mode?.toString(8)],
    ['uid', uid],
    ['gid', gid],
  ];
}

function usageElements(usage: Usage | undefined, text: (amount: number) => string): Element[] | undefined {
  if (usage === undefined) return undefined;
  return [
    ['percent', rounded(usage.usedPercent)],
    ['usage', text(usage.used)],
    ['total', text(usage.total)],
  ];
}

/** What is read and written: now, in a second, and in total. */
function flowElements(flows: Counters['flows']): Element[] {
  return Object.entries(flows ?? {}).map(([direction, kinds]) => [
    direction,
    Object.entries(kinds).map(([kind, { rate, total }]): Element => [
      kind,
      [
        ['count', Math.round(rate)],
        ['total', total],
      ],
    ]),
  ]);
}

function rounded(value: number | undefined): string | undefined {
  return value?.toFixed(1);
}

function kilobytes(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : Math.round(bytes / 1024);
}
