import type { Command, Method } from './ast.ts';
import type { ReadContext } from './context.ts';
import { readIdentity } from './identity.ts';
import { readSeconds } from './quantities.ts';
import { splitArguments } from './scan-command.ts';
import type { Token } from './token.ts';

type MethodKey = 'start' | 'stop' | 'restart';

/** `start|stop|restart [program] [=] "argv" [as uid U] [as gid G] [with timeout N seconds]`. */
export function readMethod(context: ReadContext, key: MethodKey): Method {
  const { cursor } = context;
  const first = cursor.peek();
  const argv = readArguments(context, key);
  const { uid, gid } = readIdentity(context);
  const timeoutMs = cursor.take('timeout') ? readSeconds(cursor, 'the timeout of the program') : undefined;
  return { at: cursor.place(first), argv, uid, gid, timeoutMs };
}

/** The program of an `exec` action, without what follows it. */
export function readExecCommand(context: ReadContext): Command {
  const argv = readArguments(context, 'exec');
  const { uid, gid } = readIdentity(context);
  return { argv, uid, gid };
}

function readArguments(context: ReadContext, key: MethodKey | 'exec'): string[] {
  const { cursor, issues } = context;
  const first = cursor.next();
  const argv = [...first.items];
  if (first.kind === 'keyword' && key !== 'exec' && cursor.is('=')) readAfterEquals(context, argv);
  for (let token = cursor.peek(); token.kind === 'string' || token.kind === 'path'; token = cursor.peek()) {
    argv.push(cursor.next().value);
  }
  if (argv.length === 0) throw cursor.fault(`the program of "${key}"`);
  warnAboutProgram(context, first, argv[0] ?? '');
  if (issues.mode === 'lenient' && first.kind === 'keyword' && argv.length === 1 && argv[0]?.includes(' ')) {
    issues.warn({
      at: first,
      message: `"${argv[0]}" is taken as the name of one program: only double quotes right after "${key}" are split into arguments`,
    });
  }
  return argv;
}

// The manual itself shows `= '/bin/x a'`, which 5.33 refuses.
function readAfterEquals({ cursor, issues }: ReadContext, argv: string[]): void {
  const equals = cursor.peek();
  const value = cursor.peek(1);
  if (issues.mode === 'strict' || (value.kind !== 'path' && value.kind !== 'string')) {
    cursor.next();
    throw Object.assign(cursor.fault('a program in double quotes after "="'), { token: equals });
  }
  cursor.next();
  cursor.next();
  issues.warn({ at: equals, message: '"=" stands before a program that is not in double quotes: 5.33 refuses that' });
  argv.push(...splitArguments(value.value));
}

function warnAboutProgram({ issues, host }: ReadContext, token: Token, program: string): void {
  const state = host.program(program);
  if (state === 'ok') return;
  issues.warn({
    at: token,
    code: 'ERR_CONFIG_COMMAND',
    message: `cannot find the program "${program}": ${state === 'missing' ? 'there is no such file' : 'the file is not executable'}`,
  });
}
