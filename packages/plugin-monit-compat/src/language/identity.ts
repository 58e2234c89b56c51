import type { ReadContext } from './context.ts';

export interface AccountName {
  readonly name: string;
  /** Undefined when the machine does not know the name. */
  readonly id: number | undefined;
}

/**
 * A user by name or number. An unknown one is an error where a program would run as it (`for: 'program'`), and in
 * lenient mode a warning where it is only compared with.
 */
export function readUser(context: ReadContext, use: 'program' | 'test'): AccountName {
  return readAccount(context, { use, kind: 'user' });
}

export function readGroup(context: ReadContext, use: 'program' | 'test'): AccountName {
  return readAccount(context, { use, kind: 'group' });
}

function readAccount(
  { cursor, issues, host }: ReadContext,
  { use, kind }: { use: 'program' | 'test'; kind: 'user' | 'group' },
): AccountName {
  const token = cursor.peek();
  if (token.kind === 'number') {
    const id = Number(cursor.next().raw);
    if (!(kind === 'user' ? host.hasUserId(id) : host.hasGroupId(id))) unknown(String(id));
    return { name: String(id), id };
  }
  const name = cursor.string(`a ${kind}`).value;
  const id = kind === 'user' ? host.userId(name) : host.groupId(name);
  if (id === undefined) unknown(name);
  return { name, id };

  function unknown(name: string): void {
    const report = {
      at: token,
      code: 'ERR_CONFIG_UNKNOWN_USER' as const,
      message: `cannot use the ${kind} "${name}": this machine has none of that name`,
    };
    if (use === 'program') issues.error(report);
    else issues.deviation(report);
  }
}

/** The `as uid U` and `as gid G` after a program, in any order. */
export function readIdentity(context: ReadContext): { uid: number | undefined; gid: number | undefined } {
  let uid: number | undefined;
  let gid: number | undefined;
  for (;;) {
    if (context.cursor.take('uid')) uid = readUser(context, 'program').id;
    else if (context.cursor.take('gid')) gid = readGroup(context, 'program').id;
    else return { uid, gid };
  }
}
