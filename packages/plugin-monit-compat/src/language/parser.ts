import type { ServiceNode } from './ast.ts';
import type { ReadContext } from './context.ts';
import { SyntaxFault, TokenCursor } from './cursor.ts';
import type { HostFacts } from './host-facts.ts';
import type { IssueList } from './issue-list.ts';
import { beginService, readBodyStatement } from './service.ts';
import { beginDraft, emptyService, finishDraft, type ServiceDraft } from './service-node.ts';
import { readTarget } from './service-header.ts';
import { EMPTY_SETTINGS, type Settings } from './settings.ts';
import { readOldExpectBuffer, readSet, type SettingsDraft } from './set-statement.ts';
import type { TokenSource } from './scanner.ts';
import type { Token } from './token.ts';

/** What a control file says, before names and dependencies are checked. */
export interface ControlTree {
  readonly settings: Settings;
  readonly services: readonly ServiceNode[];
}

export interface ParseInput {
  readonly tokens: TokenSource;
  readonly issues: IssueList;
  readonly host: HostFacts;
}

/** Reads the tokens of a control file. Every statement that cannot be read becomes one issue; the others still count. */
export function parse({ tokens, issues, host }: ParseInput): ControlTree {
  const cursor = new TokenCursor(tokens, issues);
  const settings: SettingsDraft = { ...EMPTY_SETTINGS };
  const context: ReadContext = {
    cursor,
    issues,
    host,
    get limits() {
      return settings.limits;
    },
  };
  const services: ServiceDraft[] = [];
  let current: ServiceDraft | undefined;
  const statement = (): void => {
    const token = cursor.peek();
    if (token.kind === 'check') {
      current = beginService(context);
      current.target = readTarget(context, current.type);
      services.push(current);
    } else if (cursor.is('set')) {
      current = undefined;
      issues.service = undefined;
      if (!readOldExpectBuffer(context, settings)) readSet(context, settings);
    } else if (current === undefined || !readBodyStatement(context, current)) {
      throw cursor.fault(
        current === undefined ? '"check", "set" or "include"' : `a statement of the ${current.type} "${current.name}"`,
        STATEMENTS,
      );
    }
  };
  // A statement behind one that could not be read belongs to a service nobody knows; reading it finds its own faults.
  runStatements(context, statement, () => void (current ??= newDraft(cursor, cursor.peek().value)));
  return { settings, services: services.map(finishDraft) };
}

/** Reads rules without a `check` header, as they stand in the configuration of a service of ours. */
export function parseBody({ tokens, issues, host, name }: ParseInput & { readonly name: string }): ServiceNode {
  const cursor = new TokenCursor(tokens, issues);
  const context: ReadContext = { cursor, issues, host, limits: EMPTY_SETTINGS.limits };
  const draft = newDraft(cursor, name);
  issues.service = name;
  runStatements(context, () => {
    if (!readBodyStatement(context, draft)) throw cursor.fault('a rule that begins with "if"', STATEMENTS);
  });
  return finishDraft(draft);
}

function newDraft(cursor: TokenCursor, name: string): ServiceDraft {
  return beginDraft(emptyService({ at: cursor.place(), type: 'process', name }));
}

const STATEMENTS = [
  'if',
  'check',
  'set',
  'start',
  'stop',
  'restart',
  'alert',
  'mode',
  'onreboot',
  'ignore',
  'noalert',
  'group',
  'depends',
  'every',
  'include',
];

function runStatements({ cursor, issues }: ReadContext, statement: () => void, onFault?: () => void): void {
  while (cursor.peek().kind !== 'end') {
    const start = cursor.position;
    try {
      statement();
    } catch (fault) {
      if (!(fault instanceof SyntaxFault)) throw fault;
      issues.error({ message: fault.message, at: fault.token, hint: fault.hint });
      if (cursor.position === start) cursor.next();
      skipToStatement(cursor);
      onFault?.();
    }
  }
}

const BEGINNINGS = new Set(['if', 'set', 'alert', 'noalert', 'mode', 'onreboot']);
const METHODS = new Set(['start', 'stop', 'restart']);

function skipToStatement(cursor: TokenCursor): void {
  for (let token = cursor.peek(); token.kind !== 'end'; token = cursor.peek()) {
    if (token.kind === 'check' || token.kind === 'group' || token.kind === 'depends') return;
    if (token.kind === 'keyword' && BEGINNINGS.has(token.key) && beginsLine(token)) return;
    if ((token.kind === 'command' || token.kind === 'keyword') && METHODS.has(token.key) && beginsLine(token)) return;
    if (token.kind === 'every' && beginsLine(token)) return;
    cursor.next();
  }
}

function beginsLine({ source, offset }: Token): boolean {
  return /(?:^|\n)[ \t\r]*$/.test(source.text.slice(Math.max(0, offset - 200), offset));
}
