import type { ConnectionTest, PingTest } from '../language/ast.ts';
import { statusBits, TYPE_NUMBERS } from '../report/names.ts';
import type { FullReport } from '../report/late-figures.ts';
import { platform, type ServerFacts } from '../report/server-facts.ts';
import type { ProbeReport } from '../report/service-report.ts';
import { figureElements } from './figures-xml.ts';
import { type Element, renderXml } from './xml.ts';

/** The XML view that exporters read: the same elements in the same order as the reference program writes them. */
export function statusXml(reports: readonly FullReport[], server: ServerFacts): string {
  const root: Element = [
    'monit',
    [
      ['server', serverElements(server)],
      ['platform', Object.entries(platform())],
      ...reports.map((report): Element => [
        'service',
        serviceElements(report),
        { type: TYPE_NUMBERS[report.service.type] },
      ]),
    ],
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>\n${renderXml(root)}\n`;
}

function serverElements({ httpd, ...server }: ServerFacts): Element[] {
  return [
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
  ];
}

/** What is asked of a service and not done yet. */
const PENDING: Readonly<Record<string, number>> = { restart: 2, start: 3, stop: 4, unmonitor: 6, monitor: 7 };

function serviceElements(report: FullReport): Element[] {
  const { service, look, failing, monitoring, pending } = report;
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
    ['pendingaction', pending === undefined ? 0 : (PENDING[pending] ?? 1)],
    ...(hasFigures(report) ? [...figureElements(report), ...probesInOrder(report.probes).map(probeElement)] : []),
  ];
}

// Of what is not there, or not looked at, the last figures say nothing any more.
function hasFigures({ monitoring, failing }: FullReport): boolean {
  return monitoring === 'yes' && !failing.includes('nonexist') && !failing.includes('data');
}

// Pings, ports, sockets; inside one kind the last of the file stands first, as it is tested.
function probesInOrder(probes: readonly ProbeReport[]): ProbeReport[] {
  const rank = ({ test }: ProbeReport): number => (test.kind === 'ping' ? 0 : 'port' in test.target ? 1 : 2);
  return probes.toReversed().sort((a, b) => rank(a) - rank(b));
}

function probeElement({ test, host, answer }: ProbeReport): Element {
  // In seconds; -1 for a probe that failed or was not made.
  const responsetime = answer?.ok === true ? ((answer.responseMs ?? 0) / 1000).toFixed(6) : '-1.000000';
  return test.kind === 'ping' ? pingElement(test, responsetime) : connectionElement(test, { host, responsetime });
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
  { host, responsetime }: { host: string; responsetime: string },
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
