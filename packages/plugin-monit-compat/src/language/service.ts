import type { Every, Method, RestartLimit, ServiceType } from './ast.ts';
import { readAlert, readNoAlert } from './alerts.ts';
import { readMethod } from './commands.ts';
import type { ReadContext } from './context.ts';
import { parseCron } from './cron.ts';
import { type SyntaxFault } from './cursor.ts';
import { readAction } from './rule.ts';
import { beginDraft, emptyService, type ServiceDraft } from './service-node.ts';
import { readIf } from './tests/dispatch.ts';
import { readContentPattern } from './tests/file.ts';
import type { Token } from './token.ts';

/** Reads `check TYPE NAME`; what the service watches is still to be read. */
export function beginService(context: ReadContext): ServiceDraft {
  const { cursor, issues } = context;
  const token = cursor.next();
  issues.service = token.value;
  const draft = beginDraft(emptyService({ at: cursor.place(token), type: typeOf(token), name: token.value }));
  if (draft.name.startsWith('/')) {
    issues.error({ at: token, message: `cannot name a service "${draft.name}": a name must not begin with "/"` });
  }
  return draft;
}

const TYPES: readonly ServiceType[] = [
  'process',
  'file',
  'directory',
  'fifo',
  'filesystem',
  'host',
  'system',
  'program',
  'network',
];

function typeOf(token: Token): ServiceType {
  return TYPES.find((type) => type === token.key) ?? 'process';
}

/**
 * Reads one statement of a service's body into the draft. Answers false, without moving, when the token that stands
 * here begins nothing that belongs to a body.
 */
export function readBodyStatement(context: ReadContext, draft: ServiceDraft): boolean {
  const { cursor } = context;
  const token = cursor.peek();
  if (token.kind === 'group') {
    draft.groups.push(cursor.next().value);
    return true;
  }
  if (token.kind === 'depends') {
    const { items } = cursor.next();
    for (const name of items) draft.depends.push({ at: cursor.place(token), name });
    return true;
  }
  if (token.kind === 'every') return readEvery(context, draft);
  if (token.kind === 'command' && (token.key === 'start' || token.key === 'stop' || token.key === 'restart')) {
    return setMethod(draft, token.key, readMethod(context, token.key));
  }
  return token.kind === 'keyword' && readKeywordStatement(context, draft, token);
}

function readKeywordStatement(context: ReadContext, draft: ServiceDraft, token: Token): boolean {
  const { cursor } = context;
  switch (token.key) {
    case 'start':
    case 'stop':
    case 'restart':
      return setMethod(draft, token.key, readMethod(context, token.key));
    case 'if':
      readCondition(context, draft);
      return true;
    case 'mode':
      return readModeStatement(context, draft);
    case 'onreboot':
      cursor.next();
      draft.onreboot = cursor.expectOne(['start', 'nostart', 'laststate'], '"start", "nostart" or "laststate"');
      return true;
    case 'alert':
      draft.alerts.push(readAlert(context));
      return true;
    case 'noalert':
      draft.noAlerts.push(readNoAlert(context));
      return true;
    case 'ignore':
      return draft.type === 'file' && readIgnore(context, draft);
    default:
      return false;
  }
}

function setMethod(draft: ServiceDraft, key: 'start' | 'stop' | 'restart', method: Method): true {
  draft[key] = method;
  return true;
}

function readModeStatement({ cursor }: ReadContext, draft: ServiceDraft): true {
  cursor.next();
  const mode = cursor.expectOne(['active', 'passive', 'manual'], '"active", "passive" or "manual"');
  // "manual" is the old word for a service whose last state counts after a reboot.
  if (mode === 'manual') draft.onreboot = 'laststate';
  else draft.mode = mode;
  return true;
}

function readIgnore(context: ReadContext, draft: ServiceDraft): true {
  const { cursor } = context;
  cursor.next();
  const pattern = readContentPattern(context, { withMatch: true });
  if (pattern === undefined) throw cursor.fault('"content =" or "match" after "ignore"');
  draft.ignoredContent.push(pattern);
  return true;
}

function readCondition(context: ReadContext, draft: ServiceDraft): void {
  const { cursor } = context;
  const first = cursor.next();
  if (cursor.peek().kind === 'number') draft.restartLimits.push(readRestartLimit(context, first));
  else draft.rules.push(readIf(context, first, draft.type));
}

/** `N restarts within M cycles then ACTION|timeout`; the cursor stands behind `if`. */
function readRestartLimit(context: ReadContext, first: Token): RestartLimit {
  const { cursor, issues } = context;
  const token = cursor.peek();
  const restarts = cursor.number('a number of restarts');
  cursor.expect('restart', '"restarts"');
  const cycles = cursor.number('a number of cycles');
  cursor.expect('cycle', '"cycles"');
  cursor.expect('then');
  const action = readAction(context, { allowTimeout: true });
  if (restarts > cycles) {
    issues.error({
      at: token,
      code: 'ERR_CONFIG_TYPE',
      message: `cannot count ${restarts} restarts within ${cycles} cycles: a cycle holds one restart`,
    });
  } else if (restarts < 1) {
    issues.error({ at: token, code: 'ERR_CONFIG_TYPE', message: 'cannot limit to 0 restarts: at least one is needed' });
  }
  return { at: cursor.place(first), text: cursor.textSince(first), restarts, cycles, action };
}

function readEvery(context: ReadContext, draft: ServiceDraft): true {
  const { cursor, issues } = context;
  const token = cursor.next();
  if (draft.every !== undefined)
    issues.warn({ at: token, message: '"every" is given more than once: the last one counts' });
  draft.every = token.key === 'cycles' ? readEveryCycles(context, token) : readEveryCron(context, token);
  return true;
}

function readEveryCycles({ cursor }: ReadContext, token: Token): Every {
  cursor.expect('cycle', '"cycles"');
  return { kind: 'cycles', cycles: Math.max(1, Number(token.value)) };
}

function readEveryCron({ issues, cursor }: ReadContext, token: Token): Every {
  const result = parseCron(token.value);
  if (!result.ok) throw cronFault(cursor, token, result.why);
  if (result.newer)
    issues.deviation({ at: token, message: `a step as in "${token.value}" exists only in releases after 5.33` });
  return { kind: 'cron', spec: result.spec, negated: token.items[0] === 'not every' };
}

function cronFault(cursor: ReadContext['cursor'], token: Token, why: string): SyntaxFault {
  return Object.assign(cursor.fault('a schedule'), { message: `cannot read the schedule: ${why}`, token });
}
