import type { HashAlgorithm } from '../ast.ts';
import type { ReadContext } from '../context.ts';
import { compilePattern } from '../pattern.ts';
import { readByteUnit, readOperator } from '../quantities.ts';
import type { ReadTest } from '../rule.ts';
import type { Token } from '../token.ts';

/** `[md5|sha1] checksum [expect HASH]` behind `failed`, or `[md5|sha1] checksum` behind `changed`. */
export function readChecksum(context: ReadContext, mode: 'failed' | 'changed'): ReadTest | undefined {
  const { cursor, issues } = context;
  const algorithm = readAlgorithm(context);
  if (algorithm === undefined) return undefined;
  if (mode === 'changed') return { test: { kind: 'changed', subject: 'checksum', algorithm }, elseKind: 'none' };
  let expected: string | undefined;
  if (cursor.take('expect')) {
    const token = cursor.string('a checksum');
    expected = cleanHash(token.value);
    const found = algorithmOf(expected, issues.mode === 'lenient');
    if (found === undefined || (algorithm !== 'auto' && algorithm !== found)) {
      issues.error({
        at: token,
        code: 'ERR_CONFIG_TYPE',
        message: `cannot use the checksum "${token.value}": it is not ${algorithm === 'auto' ? 'an MD5 or SHA1' : `a ${algorithm.toUpperCase()}`} sum`,
      });
    }
  }
  return {
    test: {
      kind: 'checksum',
      algorithm: algorithm === 'auto' && expected !== undefined ? (algorithmOf(expected, true) ?? 'auto') : algorithm,
      expected,
    },
    elseKind: 'succeeded',
  };
}

/** The hexadecimal digits of a checksum in lower case; everything else is skipped, as the reference program does. */
export function cleanHash(text: string): string {
  return text.toLowerCase().replace(/[^0-9a-f]/g, '');
}

/** Which algorithm makes sums of this length; undefined when none does. */
export function algorithmOf(hash: string, withNewer: boolean): 'md5' | 'sha1' | 'sha256' | undefined {
  if (/^[0-9a-f]{32}$/.test(hash)) return 'md5';
  if (/^[0-9a-f]{40}$/.test(hash)) return 'sha1';
  return withNewer && /^[0-9a-f]{64}$/.test(hash) ? 'sha256' : undefined;
}

function readAlgorithm({ cursor, issues }: ReadContext): HashAlgorithm | undefined {
  if (cursor.take('checksum')) return 'auto';
  for (const algorithm of ['md5', 'sha1'] as const) {
    if (!cursor.is(algorithm) || !cursor.is('checksum', 1)) continue;
    cursor.next();
    cursor.next();
    return algorithm;
  }
  const newer = cursor.peek();
  if (
    issues.mode === 'lenient' &&
    newer.kind === 'string' &&
    newer.value.toLowerCase() === 'sha256' &&
    cursor.is('checksum', 1)
  ) {
    issues.warn({ at: newer, message: 'sha256 sums exist only in releases after 5.33' });
    cursor.next();
    cursor.next();
    return 'sha256';
  }
  return undefined;
}

/** `size OP N unit`. */
export function readSize({ cursor }: ReadContext): ReadTest | undefined {
  if (!cursor.take('size')) return undefined;
  const operator = readOperator(cursor);
  const value = cursor.number('a size');
  return { test: { kind: 'size', operator, bytes: value * readByteUnit(cursor) }, elseKind: 'succeeded' };
}

/** `content =|!= PATTERN`, and the older `[not] match PATTERN`. */
export function readContent(context: ReadContext, { withMatch }: { withMatch: boolean }): ReadTest | undefined {
  const pattern = readContentPattern(context, { withMatch });
  return pattern === undefined ? undefined : { test: { kind: 'content', ...pattern }, elseKind: 'none' };
}

/** The pattern part shared by `if content …` and `ignore content …`. */
export function readContentPattern(
  context: ReadContext,
  { withMatch }: { withMatch: boolean },
): { negated: boolean; pattern: string } | undefined {
  const { cursor } = context;
  if (withMatch && (cursor.is('match') || (cursor.is('not') && cursor.is('match', 1)))) {
    const negated = cursor.take('not') !== undefined;
    cursor.next();
    return { negated, pattern: readPattern(context, { fileAllowed: true }) };
  }
  if (!cursor.is('content') || !(cursor.is('=', 1) || cursor.is('!=', 1))) return undefined;
  cursor.next();
  const negated = cursor.next().key === '!=';
  return { negated, pattern: readPattern(context, { fileAllowed: withMatch }) };
}

/** A pattern, checked. Where a file of patterns is allowed a path names that file. */
export function readPattern(context: ReadContext, { fileAllowed }: { fileAllowed: boolean }): string {
  const { cursor, issues, host } = context;
  const token = fileAllowed ? cursor.stringOrPath('a pattern') : cursor.string('a pattern');
  if (token.kind === 'path' && !host.isReadable(token.value)) {
    issues.error({
      at: token,
      code: 'ERR_CONFIG_UNREADABLE',
      message: `cannot read the file of patterns "${token.value}": a bare path names a file here`,
    });
    return '';
  }
  if (token.kind !== 'path') checkPattern(context, token);
  return token.value;
}

/** Reports a pattern that cannot be compiled. */
export function checkPattern({ issues }: ReadContext, token: Token): void {
  const result = compilePattern(token.value);
  if (!result.ok)
    issues.error({
      at: token,
      code: 'ERR_CONFIG_TYPE',
      message: `cannot use the pattern "${token.value}": ${result.why}`,
    });
}
