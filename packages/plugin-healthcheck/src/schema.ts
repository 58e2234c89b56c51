import { type ConfigIssue, type ConfigPath, formatPath } from '@tappet/core';
import * as v from 'valibot';
import type { Check } from './checks/check.ts';
import { configIssues, unknownOption } from './probes/options/issues.ts';
import { isProbeName, parseNamed, PROBE_NAMES } from './probes/index.ts';
import { isSetting, SETTING_NAMES, settings } from './settings.ts';
import { complete, uniqueName } from './settings-defaults.ts';
import { combinationIssues, duplicateOf, timingIssues } from './settings-issues.ts';

/** Checks that were read, or everything that is wrong with them. */
export type ParsedChecks = { readonly checks: readonly Check[] } | { readonly issues: readonly ConfigIssue[] };

/** Reads one check table, or a list of them, and fills in every default. `path` is where it stands. All issues are found at once. */
export function parseChecks(raw: unknown, path: ConfigPath = []): ParsedChecks {
  const isList = Array.isArray(raw);
  const parsed = (isList ? raw : [raw]).map((one, index) => parseCheck(one, isList ? [...path, index] : path));
  const issues = parsed.flatMap((one) => ('issues' in one ? one.issues : []));
  const checks = parsed.flatMap((one) => ('check' in one ? [one.check] : []));
  const twice = checks.flatMap((check, index) => duplicateOf(check, { index, checks, path }));
  return issues.length + twice.length > 0 ? { issues: [...issues, ...twice] } : { checks: checks.map(uniqueName) };
}

function parseCheck(raw: unknown, path: ConfigPath): { check: Check } | { issues: readonly ConfigIssue[] } {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    return {
      issues: [
        {
          code: 'ERR_CONFIG_TYPE',
          message: `cannot use ${formatPath(path) || 'the check'}: a check must be a table`,
          path,
        },
      ],
    };
  }
  const entries = Object.entries(raw);
  const probes = entries.filter(([key]) => isProbeName(key));
  const own = Object.fromEntries(entries.filter(([key]) => isSetting(key)));
  const strangers = entries.map(([key]) => key).filter((key) => !isSetting(key) && !isProbeName(key));

  const read = v.safeParse(settings, own);
  const parsed = probes.flatMap(([key, value]) => (isProbeName(key) ? [parseNamed(key, value, [...path, key])] : []));
  const issues = [
    ...strangers.map((key) => unknownOption([...path, key], [...SETTING_NAMES, ...PROBE_NAMES])),
    ...(read.success ? [] : configIssues(read.issues, { path, schema: settings })),
    ...parsed.flatMap((one) => ('issues' in one ? one.issues : [])),
    ...combinationIssues({ own, probes: probes.map(([key]) => key), strangers, path }),
    ...(read.success ? timingIssues(read.output, path) : []),
  ];
  if (issues.length > 0 || !read.success) return { issues };
  const [first] = parsed;
  return { check: complete(read.output, first !== undefined && 'probe' in first ? first.probe : undefined) };
}
