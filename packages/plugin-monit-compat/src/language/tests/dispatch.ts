import type { Rule, ServiceType } from '../ast.ts';
import type { ReadContext } from '../context.ts';
import { readOperator } from '../quantities.ts';
import { readRule, type ReadTest } from '../rule.ts';
import type { Token } from '../token.ts';
import {
  readChanged,
  readExist,
  readOwner,
  readPermission,
  readSecurity,
  readTimestamp,
  readUptime,
} from './attribute.ts';
import { readConnection, readPing } from './connection.ts';
import { readChecksum, readContent, readSize } from './file.ts';
import { readFilesystem } from './filesystem.ts';
import { readNetwork } from './network.ts';
import { readNewer } from './newer.ts';
import { readResources, resourceKeywords } from './resource.ts';

type Reader = (context: ReadContext) => ReadTest | undefined;

/** The readers of one service type, tried in order: plain tests, tests behind `failed`, subjects behind `changed`. */
interface TypeTests {
  readonly plain: readonly Reader[];
  readonly failed: readonly Reader[];
  readonly changed: readonly Reader[];
  /** Connection tests: the only ones that know `succeeded`. */
  readonly connection?: Reader;
  readonly words: readonly string[];
}

/** Reads the statement behind `if` (a restart limit excepted). `first` is the `if`. */
export function readIf(context: ReadContext, first: Token, type: ServiceType): Rule {
  return readRule(context, first, readTest(context, type));
}

function readTest(context: ReadContext, type: ServiceType): ReadTest {
  const { cursor } = context;
  const tests = TESTS[type];
  const newer = readNewer(context, type);
  if (newer !== undefined) return newer;
  const prefix = cursor.is('failed')
    ? 'failed'
    : cursor.is('succeeded')
      ? 'succeeded'
      : cursor.is('changed')
        ? 'changed'
        : 'plain';
  if (prefix === 'succeeded' && tests.connection === undefined) throw cursor.fault(`a test of a ${type}`, tests.words);
  if (prefix !== 'plain') cursor.next();
  const readers = prefix === 'succeeded' ? [] : tests[prefix];
  for (const reader of readers) {
    const read = reader(context);
    if (read !== undefined) return read;
  }
  const connection = prefix === 'failed' || prefix === 'succeeded' ? tests.connection?.(context) : undefined;
  if (connection !== undefined) return prefix === 'succeeded' ? { ...connection, elseKind: 'failed' } : connection;
  throw cursor.fault(prefix === 'plain' ? `a test of a ${type}` : `a test of a ${type} after "${prefix}"`, tests.words);
}

const exist: Reader = (context) => readExist(context);
const owner: Reader = (context) => readOwner(context, { effective: false });
const changedOf =
  (...subjects: Parameters<typeof readChanged>[1]): Reader =>
  (context) =>
    readChanged(context, subjects);
const TIMES = ['timestamp', 'atime', 'ctime', 'mtime'] as const;

const connectionOf =
  ({ socketAllowed, pingAllowed }: { socketAllowed: boolean; pingAllowed: boolean }): Reader =>
  (context) => {
    const test = readConnection(context, { socketAllowed }) ?? (pingAllowed ? readPing(context) : undefined);
    return test === undefined ? undefined : { test, elseKind: 'succeeded' };
  };

const nodeTests: TypeTests = {
  plain: [exist, readTimestamp],
  failed: [readPermission, owner],
  changed: [changedOf('permission', ...TIMES)],
  words: ['exist', 'failed', 'changed', 'timestamp', 'permission'],
};

const TESTS: Record<ServiceType, TypeTests> = {
  process: {
    plain: [exist, readUptime, (context) => readResources(context, 'process')],
    failed: [(context) => readOwner(context, { effective: true }), readSecurity],
    changed: [changedOf('pid', 'ppid')],
    connection: connectionOf({ socketAllowed: true, pingAllowed: false }),
    words: ['exist', 'failed', 'succeeded', 'changed', 'uptime', ...resourceKeywords('process')],
  },
  file: {
    plain: [exist, readTimestamp, readSize, (context) => readContent(context, { withMatch: true })],
    failed: [(context) => readChecksum(context, 'failed'), readPermission, owner],
    changed: [(context) => readChecksum(context, 'changed'), changedOf('permission', 'size', ...TIMES)],
    words: ['exist', 'failed', 'changed', 'timestamp', 'size', 'content', 'checksum', 'permission'],
  },
  directory: nodeTests,
  fifo: nodeTests,
  filesystem: {
    plain: [exist, readFilesystem],
    failed: [readPermission, owner],
    changed: [changedOf('fsflags', 'permission')],
    words: ['exist', 'failed', 'changed', 'space', 'inode', 'read', 'write', 'fsflags'],
  },
  host: {
    plain: [],
    failed: [],
    changed: [],
    connection: connectionOf({ socketAllowed: false, pingAllowed: true }),
    words: ['failed', 'succeeded', 'port', 'url', 'ping'],
  },
  system: {
    plain: [readUptime, (context) => readResources(context, 'system')],
    failed: [],
    changed: [],
    words: ['uptime', ...resourceKeywords('system')],
  },
  program: {
    plain: [readStatus, (context) => readContent(context, { withMatch: false })],
    failed: [],
    changed: [changedOf('status')],
    words: ['status', 'content', 'changed'],
  },
  network: {
    plain: [readNetwork],
    failed: [readFailedLink],
    changed: [readChangedLink],
    words: ['link', 'saturation', 'upload', 'download', 'changed', 'failed'],
  },
};

function readStatus({ cursor }: ReadContext): ReadTest | undefined {
  if (!cursor.take('status')) return undefined;
  const operator = readOperator(cursor);
  return { test: { kind: 'status', operator, value: cursor.number('an exit status') }, elseKind: 'succeeded' };
}

function readFailedLink({ cursor }: ReadContext): ReadTest | undefined {
  return cursor.take('link') ? { test: { kind: 'link', wanted: 'failed' }, elseKind: 'succeeded' } : undefined;
}

function readChangedLink({ cursor }: ReadContext): ReadTest | undefined {
  return cursor.take('link') ? { test: { kind: 'changed', subject: 'link' }, elseKind: 'succeeded' } : undefined;
}
