import type { ConnectionTest, PingTest } from '../language/ast.ts';
import type { Facts, Usage } from '../engine/sample.ts';
import { statusBits, TYPE_NUMBERS } from './names.ts';
import { platform, type ServerFacts } from './server-facts.ts';
import type { ProbeReport, ServiceReport } from './service-report.ts';

/** An element: its name and what is in it, text or elements. An undefined or empty list of elements is left out. */
type Element = readonly [name: string, content: string | number | readonly Element[] | undefined];

/** The XML view that exporters read. */
export function statusXml(reports: readonly ServiceReport[], server: ServerFacts): string {
  const { httpd } = server;
  const head: Element[] = [
    [
      'server',
      [
        ['id', server.id],
        ['incarnation', server.incarnation],
        ['version', server.version],
        ['uptime', server.uptimeSeconds],
        ['poll', server.pollSeconds],
        ['startdelay', server.startDelaySeconds],
        ['localhostname', server.host],
        ['controlfile', server.controlFile],
        [
          'httpd',
          httpd === undefined
            ? undefined
            : [
                ['address', httpd.address],
                ['port', httpd.port],
                ['ssl', httpd.ssl ? 1 : 0],
              ],
        ],
      ],
    ],
    ['platform', Object.entries(platform())],
  ];
  const body = reports.map(
    (report) =>
      `<service type="${TYPE_NUMBERS[report.service.type]}">${serviceElements(report).map(render).join('')}</service>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<monit>${head.map(render).join('')}${body.join('')}</monit>\n`;
}

function serviceElements(report: ServiceReport): Element[] {
  const { service, facts, look, failing, monitoring, pending } = report;
  const wallMs = look?.wallMs ?? 0;
  return [
    ['name', service.name],
    ['collected_sec', Math.floor(wallMs / 1000)],
    ['collected_usec', Math.floor(wallMs % 1000) * 1000],
    ['status', statusBits(failing)],
    ['status_hint', 0],
    ['monitor', { no: 0, yes: 1, init: 2 }[monitoring]],
    ['monitormode', service.mode === 'active' ? 0 : 1],
    ['onreboot', { start: 0, nostart: 1, laststate: 2 }[service.onreboot ?? 'start']],
    [
      'pendingaction',
      pending === undefined ? 0 : ({ start: 3, stop: 4, restart: 2, unmonitor: 6, monitor: 7 }[pending] ?? 1),
    ],
    ...typeElements(report, facts),
    ...report.probes.map(probeElement),
  ];
}

function typeElements({ service }: ServiceReport, facts: Facts): Element[] {
  const { resources = {}, shares = {}, identity, times, link } = facts;
  switch (service.type) {
    case 'process':
      if (identity === undefined) return [];
      return [
        ['pid', identity.pid],
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
      ];
    case 'system':
      return [['system', systemElements(facts)]];
    case 'program':
      return [
        [
          'program',
          facts.status === undefined
            ? undefined
            : [
                ['status', facts.status],
                ['output', facts.lines?.join('\n') ?? ''],
              ],
        ],
      ];
    case 'network':
      return [
        [
          'link',
          link === undefined
            ? undefined
            : [
                ['state', link.isUp ? 1 : 0],
                ['speed', link.speed ?? -1],
                ['duplex', link.duplex === 'full' ? 1 : link.duplex === 'half' ? 0 : -1],
                ['download', transfer(link.rates, 'download')],
                ['upload', transfer(link.rates, 'upload')],
              ],
        ],
      ];
    case 'file':
    case 'directory':
    case 'fifo':
    case 'filesystem':
      return [
        ['mode', facts.mode?.toString(8)],
        ['uid', facts.uid],
        ['gid', facts.gid],
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
        ['size', service.type === 'file' ? facts.sizeBytes : undefined],
        ['fsflags', facts.flags],
        ['block', usage(facts.space, 1024 * 1024)],
        ['inode', usage(facts.inodes, 1)],
      ];
    case 'host':
      break;
  }
  return [];
}

function systemElements({ resources = {}, shares = {} }: Facts): Element[] {
  return [
    [
      'load',
      [
        ['avg01', resources.loadavg1],
        ['avg05', resources.loadavg5],
        ['avg15', resources.loadavg15],
      ],
    ],
    [
      'cpu',
      [
        ['user', rounded(resources.cpuUser)],
        ['system', rounded(resources.cpuSystem)],
        ['nice', rounded(resources.cpuNice)],
        ['wait', rounded(resources.cpuWait)],
        ['hardirq', rounded(resources.cpuHardirq)],
        ['softirq', rounded(resources.cpuSoftirq)],
        ['steal', rounded(resources.cpuSteal)],
        ['guest', rounded(resources.cpuGuest)],
        ['guestnice', rounded(resources.cpuGuestnice)],
      ],
    ],
    [
      'memory',
      [
        ['percent', rounded(shares.memory)],
        ['kilobyte', kilobytes(resources.memory)],
      ],
    ],
    [
      'swap',
      [
        ['percent', rounded(shares.swap)],
        ['kilobyte', kilobytes(resources.swap)],
      ],
    ],
  ];
}

function probeElement({ test, host, answer }: ProbeReport): Element {
  // In seconds; -1 for a probe that failed or was not made.
  const responsetime = answer?.ok === true ? ((answer.responseMs ?? 0) / 1000).toFixed(6) : '-1.000000';
  if (test.kind === 'ping') return pingElement(test, responsetime);
  return connectionElement(test, host, responsetime);
}

function pingElement({ family }: PingTest, responsetime: string): Element {
  return [
    'icmp',
    [
      ['type', family === 'any' ? 'Ping' : family === 'ipv4' ? 'Ping4' : 'Ping6'],
      ['responsetime', responsetime],
    ],
  ];
}

function connectionElement(
  { target, http, protocol, transport, tls }: ConnectionTest,
  host: string,
  responsetime: string,
): Element {
  const name = (protocol ?? 'default').toUpperCase();
  if ('socket' in target) {
    return [
      'unix',
      [
        ['path', target.socket],
        ['protocol', name],
        ['responsetime', responsetime],
      ],
    ];
  }
  return [
    'port',
    [
      ['hostname', host],
      ['portnumber', target.port],
      ['request', http.request ?? ''],
      ['protocol', name],
      ['type', tls === undefined ? transport.toUpperCase() : 'TCPSSL'],
      ['responsetime', responsetime],
    ],
  ];
}

function usage(value: Usage | undefined, unit: number): Element[] | undefined {
  if (value === undefined) return undefined;
  return [
    ['percent', rounded(value.usedPercent)],
    ['usage', (value.used / unit).toFixed(1)],
    ['total', (value.total / unit).toFixed(1)],
  ];
}

function transfer(rates: Readonly<Record<string, number>> | undefined, direction: string): Element[] {
  const now = (unit: string): Element[] => [['now', Math.round(rates?.[`${direction}:${unit}`] ?? 0)]];
  return [
    ['packets', now('packets')],
    ['bytes', now('bytes')],
  ];
}

function rounded(value: number | undefined): string | undefined {
  return value?.toFixed(1);
}

function kilobytes(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : Math.round(bytes / 1024);
}

function render([name, content]: Element): string {
  if (content === undefined) return '';
  if (typeof content === 'object')
    return content.length === 0 ? '' : `<${name}>${content.map(render).join('')}</${name}>`;
  return `<${name}>${escapeXml(String(content))}</${name}>`;
}

/** Text as it may stand in XML 1.0: marked up characters escaped, what XML cannot hold left out. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\ufffe\uffff]/gu, (letter) => ('\t\n\r'.includes(letter) ? letter : ''))
    .replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
