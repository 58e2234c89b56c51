import type { ConnectionTest, Operator, PingTest, ResourceMetric, Rule, Test } from '../language/ast.ts';
import { formatBytes, formatQuantity, formatSeconds, plural } from '../engine/units.ts';

/** A test as the condition of a sentence that begins with "When". */
export function explainTest(test: Test, sense: Rule['sense'] = 'failed'): string {
  switch (test.kind) {
    case 'exist':
      return test.wanted === 'missing' ? 'it does not exist' : 'it exists';
    case 'resource':
      return `${METRICS[test.metric]}${test.perCore ? ' per core' : ''} is ${compared(test.operator)} ${formatQuantity(test.limit, test.unit)}`;
    case 'connection':
      return explainConnection(test, sense);
    case 'ping':
      return explainPing(test, sense);
    case 'changed':
      return `its ${test.subject} has changed`;
    case 'owner':
      return `its ${OWNERS[test.who]} is not ${test.name}`;
    case 'permission':
      return `its permission is not ${test.mode.toString(8).padStart(4, '0')}`;
    case 'security':
      return `its security attribute is not ${test.attribute}`;
    case 'uptime':
      return `it has been up for ${compared(test.operator)} ${formatSeconds(test.seconds)}`;
    case 'timestamp':
      return `its ${test.which} is ${compared(test.operator)} ${formatSeconds(test.seconds)} old`;
    case 'checksum':
      return test.expected === undefined
        ? 'its checksum is not the one it had at the beginning'
        : `its checksum is not ${test.expected}`;
    case 'size':
      return `its size is ${compared(test.operator)} ${formatBytes(test.bytes)}`;
    case 'hardlink':
      return `it has ${compared(test.operator)} ${plural(test.count, 'hard link')}`;
    case 'content':
      return `a new line ${test.negated ? 'does not match' : 'matches'} "${test.pattern}"`;
    case 'space':
    case 'inode':
      return `its ${test.free ? 'free' : 'used'} ${test.kind === 'space' ? 'space' : 'inodes'} ${test.kind === 'space' ? 'is' : 'are'} ${compared(test.operator)} ${formatQuantity(test.limit, test.unit)}`;
    case 'io':
      return `it ${test.direction === 'read' ? 'reads' : 'writes'} ${compared(test.operator)} ${formatQuantity(test.limit, test.unit)}`;
    case 'serviceTime':
      return `one operation takes ${compared(test.operator)} ${test.ms} ms`;
    case 'status':
      return `its exit status is ${compared(test.operator)} ${test.value}`;
    case 'link':
      return `its link is ${test.wanted === 'up' ? 'up' : 'down'}`;
    case 'saturation':
      return `its saturation is ${compared(test.operator)} ${test.percent}%`;
    case 'transfer':
      break;
  }
  const amount = test.unit === 'bytes' ? formatBytes(test.limit) : plural(test.limit, 'packet');
  const span = test.windowSeconds === undefined ? ' a second' : ` within the last ${formatSeconds(test.windowSeconds)}`;
  return `it ${test.direction === 'upload' ? 'sends' : 'receives'} ${compared(test.operator)} ${amount}${span}`;
}

const METRICS: Record<ResourceMetric, string> = {
  cpu: 'processor use',
  totalCpu: 'processor use with children',
  memory: 'memory use',
  totalMemory: 'memory use with children',
  swap: 'swap use',
  children: 'the number of children',
  threads: 'the number of threads',
  fileDescriptors: 'the number of open files',
  totalFileDescriptors: 'the number of open files with children',
  loadavg1: 'the load of the last minute',
  loadavg5: 'the load of the last 5 minutes',
  loadavg15: 'the load of the last 15 minutes',
  diskRead: 'the disk read rate',
  diskWrite: 'the disk write rate',
  cpuUser: 'user processor time',
  cpuSystem: 'system processor time',
  cpuWait: 'processor time waiting for disks',
  cpuNice: 'niced processor time',
  cpuHardirq: 'hardware interrupt time',
  cpuSoftirq: 'software interrupt time',
  cpuSteal: 'stolen processor time',
  cpuGuest: 'guest processor time',
  cpuGuestnice: 'niced guest processor time',
};

const OWNERS = { uid: 'user', euid: 'effective user', gid: 'group' } as const;

const WORDS: Record<Operator, string> = {
  '>': 'more than',
  '<': 'less than',
  '>=': 'at least',
  '<=': 'at most',
  '=': 'exactly',
  '!=': 'other than',
};

function compared(operator: Operator): string {
  return WORDS[operator];
}

function explainConnection(test: ConnectionTest, sense: Rule['sense']): string {
  const { target } = test;
  const where =
    'socket' in target
      ? `the socket ${target.socket}`
      : `port ${target.port}${target.host === undefined ? '' : ` of ${target.host}`}`;
  const how: string[] = [];
  if (test.http.request !== undefined) how.push(`${test.http.method ?? 'GET'} ${test.http.request}`);
  if (test.http.status !== undefined)
    how.push(`status ${compared(test.http.status.operator)} ${test.http.status.value}`);
  for (const { negated, pattern } of test.content)
    how.push(`content ${negated ? 'other than' : 'matching'} "${pattern}"`);
  for (const { kind, text } of test.dialogue) how.push(`${kind} ${JSON.stringify(text)}`);
  if (test.certificate.validDays !== undefined)
    how.push(`a certificate valid for more than ${plural(test.certificate.validDays, 'day')}`);
  if (test.attempts > 1) how.push(`${test.attempts} attempts`);
  const protocol = test.protocol === undefined ? test.transport : test.protocol;
  const details = how.length === 0 ? '' : ` (${how.join(', ')})`;
  return `${where} ${sense === 'failed' ? 'does not answer' : 'answers'} as ${protocol}${test.tls === undefined || test.protocol === 'https' ? '' : ' over TLS'}${details} within ${formatSeconds(test.timeoutMs / 1000)}`;
}

function explainPing(test: PingTest, sense: Rule['sense']): string {
  return `${sense === 'failed' ? 'none' : 'one'} of ${plural(test.count, 'ping')} is answered within ${formatSeconds(test.timeoutMs / 1000)}`;
}
