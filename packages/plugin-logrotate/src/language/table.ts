import { type ConfigIssue, didYouMean } from '@tappet/core';
import { type Accounts, systemAccounts } from '../names/accounts.ts';
import type { BlockOptions, BlockResult } from './block.ts';
import { type Directive, DIRECTIVES, type RuleChange } from './directives.ts';
import type { Parsed } from './ownership.ts';
import { DEFAULT_RULES, type RotationRules } from './rules.ts';

/** Words that stand for a file's place in a larger set of files and mean nothing in a table. */
const FILE_WORDS = new Set(['include', 'tabooext', 'taboopat', 'errors']);

/**
 * Reads a table whose keys are logrotate's words: `{ daily = true, rotate = 7, size = "10M", create = "0640 root adm" }`.
 * `true` is the bare word, `false` its opposite where there is one (`compress = false` is `nocompress`), scripts are text.
 * Of several criteria the last key wins, as in a file.
 */
export function parseTable(
  table: Readonly<Record<string, unknown>>,
  { rules = DEFAULT_RULES, path = [], accounts = systemAccounts() }: BlockOptions = {},
): BlockResult {
  const issues: ConfigIssue[] = [];
  let current: RotationRules = rules;
  for (const [key, value] of Object.entries(table)) {
    const entry = readEntry({ key, value, rules: current, accounts });
    if ('change' in entry) current = { ...current, ...entry.change };
    else issues.push({ ...entry.issue, path: [...path, key] });
    if ('warning' in entry && entry.warning !== undefined) {
      issues.push({ code: 'ERR_CONFIG_TYPE', message: entry.warning, severity: 'warning', path: [...path, key] });
    }
  }
  return { rules: current, issues };
}

type Entry =
  | { readonly change: Partial<RotationRules>; readonly warning?: string | undefined }
  | { readonly issue: Omit<ConfigIssue, 'path'> };

interface EntrySource {
  readonly key: string;
  readonly value: unknown;
  readonly rules: RotationRules;
  readonly accounts: Accounts;
}

function readEntry({ key, value, rules, accounts }: EntrySource): Entry {
  const directive = FILE_WORDS.has(key) ? undefined : DIRECTIVES[key];
  if (directive === undefined) return { issue: unknownKey(key) };
  if (value === false) return { change: opposite(key) };
  if (directive.takes === 'script') {
    if (typeof value !== 'string') return wrongType({ key, value, wanted: 'the text of a script' });
    const script = value.endsWith('\n') ? value : `${value}\n`;
    return { change: { scripts: { ...rules.scripts, [directive.script]: script } } };
  }
  if (directive.takes === 'nothing') {
    return value === true ? { change: directive.change } : wrongType({ key, value, wanted: 'true or false' });
  }
  const argument =
    value === true ? '' : typeof value === 'string' || typeof value === 'number' ? String(value).trim() : undefined;
  if (argument === undefined || (argument === '' && directive.takes === 'value')) {
    return wrongType({ key, value, wanted: 'a string or a number' });
  }
  const parsed = readArgument({ directive, argument, accounts });
  if (parsed === undefined) return { issue: unknownKey(key) };
  if ('problem' in parsed)
    return { issue: { code: problemCode(parsed.problem), message: `cannot use "${key}": ${parsed.problem}` } };
  return { change: parsed.value.rules, warning: parsed.warning };
}

function readArgument({
  directive,
  argument,
  accounts,
}: {
  directive: Directive;
  argument: string;
  accounts: Accounts;
}): Parsed<RuleChange> | undefined {
  if (/[\n\0]/.test(argument)) return { problem: 'a value is one line' };
  if (directive.takes === 'value' || directive.takes === 'rest') return directive.read(argument, { accounts });
  if (directive.takes !== 'number') return undefined;
  if (argument !== '' && !/^\d{1,9}$/.test(argument)) return { problem: `'${argument}' is not a number` };
  return directive.read(argument === '' ? undefined : Number(argument));
}

/** What the opposite word changes; nothing when there is no such word (`daily = false`). */
function opposite(key: string): Partial<RotationRules> {
  const names: Readonly<Record<string, string>> = {
    ifempty: 'notifempty',
    notifempty: 'ifempty',
    mailfirst: 'maillast',
    maillast: 'mailfirst',
  };
  const name = Object.hasOwn(names, key) ? names[key] : key.startsWith('no') ? key.slice(2) : `no${key}`;
  const directive = DIRECTIVES[name ?? ''];
  return directive?.takes === 'nothing' ? directive.change : {};
}

function unknownKey(key: string): Omit<ConfigIssue, 'path'> {
  const known = Object.keys(DIRECTIVES).filter((name) => !FILE_WORDS.has(name));
  const message = FILE_WORDS.has(key)
    ? `cannot use "${key}" here: it belongs into a configuration file of logrotate`
    : `cannot use "${key}": logrotate has no such word`;
  return { code: 'ERR_CONFIG_UNKNOWN_KEY', message, at: 'key', hint: didYouMean(key, known) };
}

function wrongType({ key, value, wanted }: { key: string; value: unknown; wanted: string }): Entry {
  const received = JSON.stringify(value) ?? String(value);
  return {
    issue: { code: 'ERR_CONFIG_TYPE', message: `cannot use "${key}": expected ${wanted}, received ${received}` },
  };
}

function problemCode(problem: string): ConfigIssue['code'] {
  return /^unknown (user|group)/.test(problem) ? 'ERR_CONFIG_UNKNOWN_USER' : 'ERR_CONFIG_TYPE';
}
