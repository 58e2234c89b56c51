import type { Action, Rate, ResourceTest, Rule, Test } from './ast.ts';
import { readExecCommand } from './commands.ts';
import type { ReadContext } from './context.ts';
import { readSeconds } from './quantities.ts';
import type { Token } from './token.ts';

/** What a test reader answers: the test itself and which else branch its rule may have. */
export interface ReadTest {
  readonly test: Test;
  /** `none`: the statement has no else branch in the language. */
  readonly elseKind: 'succeeded' | 'failed' | 'none';
  readonly dropped?: readonly ResourceTest[];
  readonly notEnforced?: string | undefined;
}

// Shared by all rules: a configuration has thousands of them.
const ONCE: Rate = { count: 1, cycles: 1 };
const NONE_DROPPED: readonly ResourceTest[] = [];

/** Reads rate, action and else branch behind a test. `first` is the `if` of the statement. */
export function readRule(context: ReadContext, first: Token, read: ReadTest): Rule {
  const { cursor } = context;
  const rate = readRate(context);
  cursor.expect('then');
  const action = readAction(context);
  const otherwise = read.elseKind === 'none' ? undefined : readElse(context, read.elseKind);
  return {
    at: cursor.place(first),
    text: cursor.textSince(first),
    test: read.test,
    sense: read.elseKind === 'failed' ? 'succeeded' : 'failed',
    rate,
    action,
    elseRate: otherwise?.rate ?? ONCE,
    elseAction: otherwise?.action ?? PLAIN.alert,
    hasElse: otherwise !== undefined,
    dropped: read.dropped ?? NONE_DROPPED,
    fast: false,
    notEnforced: read.notEnforced,
  };
}

/** `[for] N cycles` or `[for] N [times within] M cycles`; one sample when nothing is said. */
export function readRate({ cursor, issues }: ReadContext): Rate {
  const token = cursor.peek();
  if (token.kind !== 'number') return ONCE;
  const first = cursor.number('a number');
  const second = cursor.peek().kind === 'number' ? cursor.number('a number') : undefined;
  cursor.expect('cycle', '"cycles"');
  const rate = { count: first, cycles: second ?? first };
  if (rate.cycles < 1 || rate.cycles > 64) {
    issues.error({
      at: token,
      code: 'ERR_CONFIG_TYPE',
      message: `cannot count ${rate.cycles} cycles: between 1 and 64 are possible`,
    });
  } else if (rate.count < 1 || rate.count > rate.cycles) {
    issues.error({
      at: token,
      code: 'ERR_CONFIG_TYPE',
      message: `cannot wait for ${rate.count} events in ${rate.cycles} cycles: it must be between 1 and ${rate.cycles}`,
    });
  }
  return rate;
}

const PLAIN_ACTIONS = ['alert', 'restart', 'start', 'stop', 'unmonitor'] as const;

const PLAIN: Readonly<Record<(typeof PLAIN_ACTIONS)[number], Action>> = {
  alert: { kind: 'alert' },
  restart: { kind: 'restart' },
  start: { kind: 'start' },
  stop: { kind: 'stop' },
  unmonitor: { kind: 'unmonitor' },
};

/** What a rule does. */
export function readAction(
  context: ReadContext,
  { allowTimeout = false }: { readonly allowTimeout?: boolean } = {},
): Action {
  const { cursor, issues } = context;
  const token = cursor.peek();
  if ((token.kind === 'command' && token.key === 'exec') || cursor.is('exec')) return readExec(context);
  for (const kind of PLAIN_ACTIONS) if (cursor.take(kind)) return PLAIN[kind];
  if (allowTimeout && cursor.take('timeout')) return PLAIN.unmonitor;
  if (issues.mode === 'lenient' && cursor.take('ignore')) {
    issues.warn({ at: token, message: 'the action "ignore" exists only in releases after 5.33' });
    return { kind: 'ignore' };
  }
  if (issues.mode === 'lenient' && cursor.take('timeout')) {
    issues.warn({ at: token, message: '"timeout" is an action of the restart limit only; taken as "unmonitor"' });
    return PLAIN.unmonitor;
  }
  throw cursor.fault('an action (alert, restart, start, stop, exec or unmonitor)', PLAIN_ACTIONS);
}

function readExec(context: ReadContext): Action {
  const { cursor, issues } = context;
  const command = readExecCommand(context);
  let timeoutMs: number | undefined;
  if (issues.mode === 'lenient' && cursor.is('timeout')) {
    issues.warn({ at: cursor.next(), message: 'a timeout of "exec" exists only in releases after 5.33' });
    timeoutMs = readSeconds(cursor, 'the timeout of the program');
  }
  let repeatEvery = 0;
  if (cursor.take('repeat')) {
    const every = cursor.peek();
    if (every.kind !== 'every' || every.key !== 'cycles') throw cursor.fault('"every N cycles" after "repeat"');
    repeatEvery = Number(cursor.next().value);
    cursor.expect('cycle', '"cycles"');
  }
  return { kind: 'exec', command, repeatEvery, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

function readElse(context: ReadContext, kind: 'succeeded' | 'failed'): { rate: Rate; action: Action } | undefined {
  const { cursor } = context;
  if (!cursor.take('else')) return undefined;
  if (!cursor.take('if')) return { rate: ONCE, action: readAction(context) };
  if (kind === 'failed') cursor.expect('failed');
  else cursor.expectOne(['succeeded', 'passed', 'recovered'], '"succeeded", "passed" or "recovered"');
  const rate = readRate(context);
  cursor.expect('then');
  return { rate, action: readAction(context) };
}
