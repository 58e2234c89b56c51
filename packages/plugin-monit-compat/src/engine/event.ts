import type { EventName } from '../language/alerts.ts';
import type { Test } from '../language/ast.ts';

/** What happened to a service: the class for filters, a short label, and the sentence for log and mail. */
export interface MonitEvent {
  readonly service: string;
  readonly name: EventName;
  readonly state: 'failed' | 'succeeded' | 'changed' | 'unchanged';
  /** "Connection failed", as MONIT_EVENT and mails carry it. */
  readonly label: string;
  readonly description: string;
  /** The rule as written, or the name of the implicit rule. */
  readonly rule: string;
}

/** The class of event that a test raises. */
export function eventOf(test: Test): EventName {
  switch (test.kind) {
    case 'exist':
      return test.wanted === 'missing' ? 'nonexist' : 'exist';
    case 'resource':
      return 'resource';
    case 'connection':
      return 'connection';
    case 'ping':
      return 'icmp';
    case 'changed':
      return CHANGED_EVENTS[test.subject];
    case 'owner':
      return test.who === 'gid' ? 'gid' : 'uid';
    case 'permission':
      return 'permission';
    case 'security':
      return 'invalid';
    case 'uptime':
      return 'uptime';
    case 'timestamp':
      return 'timestamp';
    case 'checksum':
      return 'checksum';
    case 'size':
    case 'hardlink':
      return 'size';
    case 'content':
      return 'content';
    case 'space':
    case 'inode':
    case 'io':
    case 'serviceTime':
      return 'resource';
    case 'status':
      return 'status';
    case 'link':
      return 'link';
    case 'saturation':
      return 'saturation';
    case 'transfer':
      break;
  }
  return test.unit === 'packets'
    ? test.direction === 'upload'
      ? 'packetout'
      : 'packetin'
    : test.direction === 'upload'
      ? 'byteout'
      : 'bytein';
}

/** The label of an event in one of its states. */
export function labelOf(name: EventName, state: MonitEvent['state']): string {
  const labels = LABELS[name];
  return state === 'failed'
    ? labels[0]
    : state === 'succeeded'
      ? labels[1]
      : `${labels[2]} ${state === 'changed' ? 'changed' : 'not changed'}`;
}

const CHANGED_EVENTS: Record<Extract<Test, { kind: 'changed' }>['subject'], EventName> = {
  pid: 'pid',
  ppid: 'ppid',
  checksum: 'checksum',
  permission: 'permission',
  size: 'size',
  timestamp: 'timestamp',
  atime: 'timestamp',
  ctime: 'timestamp',
  mtime: 'timestamp',
  fsflags: 'fsflags',
  status: 'status',
  link: 'speed',
  content: 'content',
  hardlink: 'size',
};

type Labels = readonly [failed: string, succeeded: string, subject: string];

const of = (subject: string): Labels => [`${subject} failed`, `${subject} succeeded`, subject];

const LABELS: Record<EventName, Labels> = {
  action: ['Action failed', 'Action done', 'Action'],
  bytein: ['Download bytes exceeded', 'Download bytes ok', 'Download bytes'],
  byteout: ['Upload bytes exceeded', 'Upload bytes ok', 'Upload bytes'],
  checksum: of('Checksum'),
  connection: of('Connection'),
  content: ['Content failed', 'Content succeeded', 'Content match'],
  data: ['Data access error', 'Data access succeeded', 'Data access'],
  exec: ['Execution failed', 'Execution succeeded', 'Execution'],
  exist: ['Does exist', 'Does not exist', 'Existence'],
  fsflags: of('Filesystem flags'),
  gid: of('GID'),
  icmp: ['Ping failed', 'Ping succeeded', 'Ping'],
  instance: ['Instance failed', 'Instance succeeded', 'Instance'],
  invalid: ['Invalid type', 'Type succeeded', 'Type'],
  link: ['Link down', 'Link up', 'Link'],
  nonexist: ['Does not exist', 'Exists', 'Existence'],
  packetin: ['Download packets exceeded', 'Download packets ok', 'Download packets'],
  packetout: ['Upload packets exceeded', 'Upload packets ok', 'Upload packets'],
  permission: of('Permission'),
  pid: of('PID'),
  ppid: of('PPID'),
  resource: ['Resource limit matched', 'Resource limit succeeded', 'Resource limit'],
  saturation: ['Saturation exceeded', 'Saturation ok', 'Saturation'],
  size: of('Size'),
  speed: of('Speed'),
  status: of('Status'),
  timeout: ['Timeout', 'Timeout recovery', 'Timeout'],
  timestamp: of('Timestamp'),
  uid: of('UID'),
  uptime: of('Uptime'),
};
