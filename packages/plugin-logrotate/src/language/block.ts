import { type ConfigIssue, type ConfigPath, didYouMean } from '@tappet/core';
import { type Accounts, systemAccounts } from '../names/accounts.ts';
import { DIRECTIVES } from './directives.ts';
import { parseText } from './parse.ts';
import type { Report } from './report.ts';
import { DEFAULT_RULES, type RotationRules } from './rules.ts';
import { Session } from './session.ts';

/** Rules, and what was wrong with their source. With issues of severity `error` the rules are not to be used. */
export interface BlockResult {
  readonly rules: RotationRules;
  readonly issues: readonly ConfigIssue[];
}

/** Where a block starts from, and how its issues name it. */
export interface BlockOptions {
  /** What holds before its first directive. */
  readonly rules?: RotationRules;
  /** Where the block stands in a larger configuration. */
  readonly path?: ConfigPath;
  readonly accounts?: Accounts;
}

/**
 * Reads the inside of a block in logrotate's own syntax: the directives without names and braces. Every faulty line
 * is reported, with its line number within the text. Touches no file; `include` is refused.
 */
export function parseBlock(
  text: string,
  { rules = DEFAULT_RULES, path = [], accounts = systemAccounts() }: BlockOptions = {},
): BlockResult {
  const lines = text.split('\n');
  const issues = new Map<string, ConfigIssue>();
  for (;;) {
    const reports: Report[] = [];
    const session = new Session({
      accounts,
      report: (report) => reports.push(report),
      glob: () => [],
      checkOldDirectory: () => undefined,
    });
    const result = parseText(session, { text: lines.join('\n') + '\n', file: '', rules, depth: Infinity });
    for (const report of reports) {
      const issue = issueOf(report, { lines, path });
      if (issue !== undefined) issues.set(`${report.line}:${report.message}`, issue);
    }
    for (const { source } of session.blocks) {
      const message = 'a block given as text has no file names and no braces of its own';
      issues.set(`${source.line}:names`, { code: 'ERR_CONFIG_SYNTAX', message, path, line: source.line });
    }
    const faulty = result.isBroken
      ? reports.findLast((report) => report.level === 'error' && report.line !== undefined)
      : undefined;
    if (faulty?.line === undefined || lines[faulty.line - 1] === undefined) {
      return { rules: result.rules, issues: [...issues.values()].sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
    }
    lines[faulty.line - 1] = '# refused';
  }
}

function issueOf(
  report: Report,
  { lines, path }: { lines: readonly string[]; path: ConfigPath },
): ConfigIssue | undefined {
  if (report.level === 'debug' || report.level === 'notice') return undefined;
  const { line } = report;
  const excerpt = line === undefined ? undefined : lines[line - 1];
  const unknown = /^unknown option '(.*)'/.exec(report.message)?.[1];
  return {
    code: codeOf(report.message),
    message: messageOf(report),
    path,
    severity: report.level,
    ...(line === undefined ? {} : { line, column: (excerpt?.search(/\S/) ?? 0) + 1 }),
    ...(excerpt === undefined ? {} : { excerpt }),
    ...(unknown === undefined ? {} : { hint: didYouMean(unknown, Object.keys(DIRECTIVES)) }),
  };
}

function messageOf({ message }: Report): string {
  return message === 'include nesting too deep' ? 'a block given as text cannot include files' : message;
}

function codeOf(message: string): ConfigIssue['code'] {
  if (/^unknown (user|group)/.test(message)) return 'ERR_CONFIG_UNKNOWN_USER';
  if (message.startsWith('unknown option')) return 'ERR_CONFIG_UNKNOWN_KEY';
  return 'ERR_CONFIG_SYNTAX';
}
