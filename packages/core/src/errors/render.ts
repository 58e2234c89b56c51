import { ConfigError, type ConfigIssue, TappetError } from './base.ts';

/** The text a person reads: the message, every issue with place and excerpt, and what to do next. No stack. */
export function renderError(error: unknown): string {
  if (error instanceof ConfigError) return renderIssues(error.issues);
  if (error instanceof TappetError) {
    return error.hint === undefined ? error.message : `${error.message}\n  ${error.hint}`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** All issues as text, one paragraph each: `file:line:column: severity: message`, the line with a caret, the hint. */
export function renderIssues(issues: readonly ConfigIssue[]): string {
  return issues.map(renderIssue).join('\n');
}

function renderIssue(issue: ConfigIssue): string {
  const place = [issue.file, issue.line, issue.column].filter((part) => part !== undefined).join(':');
  const where = place === '' ? formatPath(issue.path) : place;
  const lines = [`${where === '' ? '' : `${where}: `}${issue.severity ?? 'error'}: ${issue.message}`];
  if (issue.excerpt !== undefined && issue.line !== undefined) lines.push(...frame(issue.excerpt, issue));
  if (issue.hint !== undefined) lines.push(`  hint: ${issue.hint}`);
  return lines.join('\n');
}

function frame(excerpt: string, { line, column }: ConfigIssue): string[] {
  const gutter = `  ${line} | `;
  const caret = `${' '.repeat(gutter.length - 2)}| ${excerpt.slice(0, (column ?? 1) - 1).replace(/[^\t]/g, ' ')}^`;
  return [gutter + excerpt, caret];
}

/** A configuration path as people write it: `services[2].depends_on[0]`. */
export function formatPath(path: readonly (string | number)[]): string {
  let text = '';
  for (const key of path) text += typeof key === 'number' ? `[${key}]` : text === '' ? key : `.${key}`;
  return text;
}
