import type { ServiceTarget, ServiceType } from './ast.ts';
import type { ReadContext } from './context.ts';
import { readIdentity } from './identity.ts';
import { readSeconds } from './quantities.ts';
import { checkPattern } from './tests/file.ts';
import { readHost } from './tests/connection.ts';

/** What stands behind `check TYPE NAME`: the pid file, path, address, interface or program to watch. */
export function readTarget(context: ReadContext, type: ServiceType): ServiceTarget {
  const { cursor } = context;
  switch (type) {
    case 'process':
      return readProcess(context);
    case 'file':
    case 'directory':
    case 'fifo':
      cursor.expect('path');
      return { kind: 'path', path: cursor.path(`the path of the ${type}`).value };
    case 'filesystem':
      cursor.expect('path');
      return { kind: 'path', path: cursor.stringOrPath('a mount point, a device or a share').value };
    case 'host':
      cursor.expect('address');
      return { kind: 'address', address: readHost(cursor) };
    case 'network':
      if (cursor.take('interface')) return { kind: 'interface', name: cursor.string('an interface').value };
      cursor.expect('address', '"interface" or "address"');
      return { kind: 'address', address: readHost(cursor) };
    case 'program':
      return readProgram(context);
    case 'system':
      return { kind: 'none' };
  }
}

function readProcess(context: ReadContext): ServiceTarget {
  const { cursor } = context;
  if (cursor.take('match')) {
    const token = cursor.stringOrPath('a pattern');
    checkPattern(context, token);
    return { kind: 'matching', pattern: token.value };
  }
  if (cursor.take('pidfile', 'path') === undefined)
    throw cursor.fault('"pidfile" or "matching"', ['pidfile', 'matching']);
  return { kind: 'pidfile', path: cursor.path('the path of the pid file').value };
}

function readProgram(context: ReadContext): ServiceTarget {
  const { cursor, issues, host, limits } = context;
  const first = cursor.peek();
  const argv: string[] = [];
  if (first.kind === 'command' && first.key === 'path') argv.push(...cursor.next().items);
  else {
    cursor.expect('path');
    argv.push(cursor.stringOrPath('a program').value);
  }
  for (let token = cursor.peek(); token.kind === 'string' || token.kind === 'path'; token = cursor.peek()) {
    argv.push(cursor.next().value);
  }
  const program = argv[0];
  if (program === undefined) throw cursor.fault('a program');
  const state = host.program(program);
  if (state !== 'ok') {
    issues.deviation({
      at: first,
      code: 'ERR_CONFIG_COMMAND',
      message: `cannot check the program "${program}": ${state === 'missing' ? 'there is no such file' : 'the file is not executable'}`,
    });
  }
  const identity = readIdentity(context);
  const timeoutMs = cursor.take('timeout')
    ? readSeconds(cursor, 'the timeout of the program')
    : limits.programTimeoutMs;
  return { kind: 'program', command: { argv, ...identity }, timeoutMs };
}
