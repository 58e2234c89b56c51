import type { ServiceType } from '../ast.ts';
import type { ReadContext } from '../context.ts';
import { readOperator } from '../quantities.ts';
import type { ReadTest } from '../rule.ts';

/**
 * Tests that only releases after 5.33 know: hard links and changed content of a file. Lenient mode takes them with a
 * warning; strict mode never gets here.
 */
export function readNewer(context: ReadContext, type: ServiceType): ReadTest | undefined {
  const { cursor, issues } = context;
  if (issues.mode === 'strict' || type !== 'file') return undefined;
  const first = cursor.peek();
  const warn = (what: string): void =>
    issues.warn({ at: first, message: `${what} exists only in releases after 5.33` });
  if (isWord(first, 'hardlink', 'hardlinks')) {
    warn('a test of hard links');
    cursor.next();
    const operator = readOperator(cursor);
    return { test: { kind: 'hardlink', operator, count: cursor.number('a number') }, elseKind: 'succeeded' };
  }
  if (cursor.is('changed') && isWord(cursor.peek(1), 'hardlink', 'hardlinks')) {
    warn('"changed hardlink"');
    cursor.next();
    cursor.next();
    return { test: { kind: 'changed', subject: 'hardlink' }, elseKind: 'none' };
  }
  const isChangedContent = cursor.is('changed') && cursor.is('content', 1);
  if (!isChangedContent && !(cursor.is('content') && cursor.is('changed', 1))) return undefined;
  warn('"content changed"');
  cursor.next();
  cursor.next();
  return { test: { kind: 'changed', subject: 'content' }, elseKind: 'none' };
}

function isWord(token: { readonly kind: string; readonly value: string }, ...words: readonly string[]): boolean {
  return token.kind === 'string' && words.includes(token.value.toLowerCase());
}
