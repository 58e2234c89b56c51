import type { Test } from '../ast.ts';
import type { ReadContext } from '../context.ts';
import { readGroup, readUser } from '../identity.ts';
import { readOperator, readTimeUnit } from '../quantities.ts';
import type { ReadTest } from '../rule.ts';

/** `[does] [not] exist`. */
export function readExist({ cursor }: ReadContext): ReadTest | undefined {
  if (cursor.take('exist')) return { test: { kind: 'exist', wanted: 'present' }, elseKind: 'succeeded' };
  if (!cursor.is('not') || !cursor.is('exist', 1)) return undefined;
  cursor.next();
  cursor.next();
  return { test: { kind: 'exist', wanted: 'missing' }, elseKind: 'succeeded' };
}

/** `failed uid U`, `failed gid G` and, for a process, `failed euid U`. The cursor stands behind `failed`. */
export function readOwner(context: ReadContext, { effective }: { effective: boolean }): ReadTest | undefined {
  const { cursor } = context;
  const who = cursor.take('uid')
    ? 'uid'
    : cursor.take('gid')
      ? 'gid'
      : effective && cursor.take('euid')
        ? 'euid'
        : undefined;
  if (who === undefined) return undefined;
  const account = who === 'gid' ? readGroup(context, 'test') : readUser(context, 'test');
  return {
    test: { kind: 'owner', who, id: account.id, name: account.name },
    elseKind: 'succeeded',
    notEnforced: account.id === undefined ? `"${account.name}" is unknown on this machine` : undefined,
  };
}

/** `permission OCTAL` behind `failed`. */
export function readPermission({ cursor, issues }: ReadContext): ReadTest | undefined {
  if (!cursor.take('permission')) return undefined;
  return { test: { kind: 'permission', mode: readMode({ cursor, issues }) }, elseKind: 'succeeded' };
}

/** Octal digits between 0 and 7777. */
export function readMode({ cursor, issues }: Pick<ReadContext, 'cursor' | 'issues'>): number {
  const token = cursor.peek();
  cursor.number('an octal permission');
  const mode = /^[0-7]+$/.test(token.raw) ? Number.parseInt(token.raw, 8) : Number.NaN;
  if (!(mode >= 0 && mode <= 0o7777)) {
    issues.error({
      at: token,
      code: 'ERR_CONFIG_TYPE',
      message: `cannot use the permission "${token.raw}": it must be octal between 0 and 7777`,
    });
    return 0;
  }
  return mode;
}

/** `security attribute STRING` behind `failed`. */
export function readSecurity({ cursor }: ReadContext): ReadTest | undefined {
  if (!cursor.is('security') || !cursor.is('attribute', 1)) return undefined;
  cursor.next();
  cursor.next();
  const attribute = cursor.stringOrPath('a security attribute').value;
  return {
    test: { kind: 'security', attribute },
    elseKind: 'succeeded',
    notEnforced: 'security attributes (SELinux, AppArmor) are not read here',
  };
}

/** `uptime OP N unit`. */
export function readUptime({ cursor }: ReadContext): ReadTest | undefined {
  if (!cursor.take('uptime')) return undefined;
  const operator = readOperator(cursor);
  const value = cursor.number('a duration');
  return { test: { kind: 'uptime', operator, seconds: value * readTimeUnit(cursor) }, elseKind: 'succeeded' };
}

const TIMESTAMPS = ['timestamp', 'atime', 'ctime', 'mtime'] as const;

/** `timestamp|atime|ctime|mtime OP N unit`. */
export function readTimestamp({ cursor }: ReadContext): ReadTest | undefined {
  const which = TIMESTAMPS.find((key) => cursor.is(key));
  if (which === undefined) return undefined;
  cursor.next();
  const operator = readOperator(cursor);
  const value = cursor.number('an age');
  return { test: { kind: 'timestamp', which, operator, seconds: value * readTimeUnit(cursor) }, elseKind: 'succeeded' };
}

type Changeable = Extract<Test, { kind: 'changed' }>['subject'];

/** The subject of `changed …` when it is one of `allowed`. The cursor stands behind `changed`. */
export function readChanged({ cursor }: ReadContext, allowed: readonly Changeable[]): ReadTest | undefined {
  const subject = allowed.find((key) => cursor.is(key));
  if (subject === undefined) return undefined;
  cursor.next();
  return { test: { kind: 'changed', subject }, elseKind: 'none' };
}
