import type { ServiceReport } from './service-report.ts';
import { formatBytes, formatUptime } from '../engine/units.ts';

/** The figures of a service in words, label and value, as the status text and the page of the service show them. */
export function figuresOf(report: ServiceReport): readonly (readonly [string, string])[] {
  const { service, monitoring, status, facts, look } = report;
  const rows: [string, string][] = [
    ['status', status],
    ['monitoring status', { yes: 'Monitored', init: 'Waiting', no: 'Not monitored' }[monitoring]],
    ['monitoring mode', service.mode],
    ['on reboot', service.onreboot ?? 'start'],
  ];
  const add = (label: string, value: string | number | undefined): void => {
    if (value !== undefined) rows.push([label, String(value)]);
  };
  const { resources, shares, identity, space, inodes, link } = facts;
  add('pid', identity?.pid);
  add('parent pid', facts.ppid);
  add('uid', facts.uid);
  add('effective uid', facts.euid);
  add('gid', facts.gid);
  add('uptime', facts.uptimeSeconds === undefined ? undefined : formatUptime(facts.uptimeSeconds));
  add('threads', resources?.threads);
  add('children', resources?.children);
  add('cpu', percent(resources?.cpu));
  add('cpu total', percent(resources?.totalCpu));
  if (resources?.memory !== undefined)
    add('memory', `${percent(shares?.memory) ?? ''} [${formatBytes(resources.memory)}]`.trim());
  if (resources?.totalMemory !== undefined)
    add('memory total', `${percent(shares?.totalMemory) ?? ''} [${formatBytes(resources.totalMemory)}]`.trim());
  if (resources?.swap !== undefined)
    add('swap', `${percent(shares?.swap) ?? ''} [${formatBytes(resources.swap)}]`.trim());
  if (resources?.loadavg1 !== undefined)
    add(
      'load average',
      [resources.loadavg1, resources.loadavg5, resources.loadavg15].map((load) => `[${load ?? 0}]`).join(' '),
    );
  add('filedescriptors', resources?.fileDescriptors);
  add('permission', facts.mode === undefined ? undefined : facts.mode.toString(8));
  add('size', facts.sizeBytes === undefined ? undefined : formatBytes(facts.sizeBytes));
  if (facts.times !== undefined) {
    for (const name of ['atime', 'ctime', 'mtime'] as const)
      add(name, new Date(facts.times[name] * 1000).toISOString());
  }
  for (const [kind, sum] of Object.entries(facts.checksums ?? {})) add('checksum', `${sum} (${kind})`);
  add('filesystem flags', facts.flags);
  if (space !== undefined)
    add('space usage', `${space.usedPercent.toFixed(1)}% [${formatBytes(space.used)} of ${formatBytes(space.total)}]`);
  if (inodes !== undefined)
    add('inodes usage', `${inodes.usedPercent.toFixed(1)}% [${inodes.used} of ${inodes.total}]`);
  if (link !== undefined) add('link', link.isUp ? 'up' : 'down');
  add('last exit value', facts.status);
  if (service.type === 'program') add('last output', facts.lines?.join('\n'));
  for (const { test, host, answer } of report.probes) {
    const target =
      test.kind === 'ping'
        ? `ping ${host}`
        : 'port' in test.target
          ? `${host}:${test.target.port}`
          : test.target.socket;
    const label =
      test.kind === 'ping'
        ? 'ping response time'
        : 'port' in test.target
          ? 'port response time'
          : 'unix socket response time';
    const what =
      test.kind === 'ping'
        ? ''
        : ` to ${target} type ${test.transport.toUpperCase()} protocol ${(test.protocol ?? 'default').toUpperCase()}`;
    if (answer === undefined) add(label, '-');
    else add(label, answer.responseMs === undefined ? answer.detail : `${answer.responseMs.toFixed(3)} ms${what}`);
  }
  add('data collected', look === undefined ? undefined : new Date(look.wallMs).toISOString());
  return rows;
}

function percent(value: number | undefined): string | undefined {
  return value === undefined ? undefined : `${value.toFixed(1)}%`;
}
