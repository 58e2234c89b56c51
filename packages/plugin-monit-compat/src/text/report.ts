import { type ConfigIssue, renderIssues } from '@tappet/core';
import type { ReadOptions } from '../language/load.ts';
import type { MonitConfiguration } from '../model/configuration.ts';
import { loadMonit } from '../model/load-monit.ts';
import { listNotEnforced, type NotEnforced } from '../model/not-enforced.ts';

/** The verdict on one control file, as `tappet monit check` gives it. */
export interface CheckReport {
  readonly file: string;
  readonly accepted: boolean;
  readonly issues: readonly ConfigIssue[];
  readonly notEnforced: readonly NotEnforced[];
  readonly configuration: MonitConfiguration;
}

/** Reads and judges a control file. */
export function checkControlFile(file: string, options: ReadOptions = {}): CheckReport {
  const { configuration, issues, accepted } = loadMonit(file, options);
  return { file, accepted, issues, notEnforced: listNotEnforced(configuration), configuration };
}

/** The report as text for people. */
export function renderReport({ file, accepted, issues, notEnforced, configuration }: CheckReport): string {
  const errors = issues.filter(({ severity }) => severity !== 'warning').length;
  const warnings = issues.length - errors;
  const verdict = accepted ? 'accepted' : 'not accepted';
  const parts = [
    `${file}: ${verdict}: ${count(configuration.services.length, 'service')}, ${count(errors, 'error')}, ${count(warnings, 'warning')}`,
  ];
  if (issues.length > 0) parts.push(renderIssues(issues));
  if (notEnforced.length > 0) {
    parts.push(
      'Understood, but without effect here:',
      ...notEnforced.map(({ at, what, why }) => `  ${at.file}:${at.line}: ${what}\n      ${why}`),
    );
  }
  return `${parts.join('\n')}\n`;
}

function count(value: number, word: string): string {
  return `${value} ${word}${value === 1 ? '' : 's'}`;
}
