import type { ConfigIssue, ConfigPath } from '@tappet/core';
import { formatPath } from '@tappet/core';
import * as v from 'valibot';
import { configIssues, unknownOption } from './options/issues.ts';
import { isProbeName, type Probe, PROBE_NAMES, type ProbeName, PROBES } from './registry.ts';

/** A probe, or what is wrong with it. */
export type ParsedProbe<Name extends ProbeName = ProbeName> =
  { readonly probe: Probe<Name> } | { readonly issues: readonly ConfigIssue[] };

/**
 * Reads a probe from a table with exactly one key, its name: `{ http: "http://127.0.0.1:8080/ok" }` in the short form, or
 * `{ http: { url, status, … } }` with all options. `path` is where that table stands.
 */
export function parseProbe(raw: unknown, path: ConfigPath = []): ParsedProbe {
  const names = typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? Object.keys(raw) : [];
  const unknown = names.filter((name) => !isProbeName(name));
  if (unknown.length > 0) return { issues: unknown.map((name) => unknownOption([...path, name], PROBE_NAMES)) };
  const [name] = names;
  if (name === undefined || names.length > 1 || !isProbeName(name)) return { issues: [notOne(names, path)] };
  return parseNamed(name, Object.getOwnPropertyDescriptor(raw, name)?.value, [...path, name]);
}

/** Reads the options of the probe with this name. `path` is where they stand. */
export function parseNamed<Name extends ProbeName>(name: Name, raw: unknown, path: ConfigPath): ParsedProbe<Name> {
  const { options, short } = PROBES[name];
  const isTable = typeof raw === 'object' && raw !== null && !Array.isArray(raw);
  const parsed = v.safeParse(options, isTable ? raw : { [short]: raw });
  if (parsed.success) return { probe: { name, description: parsed.output } };
  const issues = configIssues(parsed.issues, { path, schema: options });
  return { issues: isTable ? issues : issues.map((issue) => inShortForm(issue, path)) };
}

function notOne(names: readonly string[], path: ConfigPath): ConfigIssue {
  const found = names.length === 0 ? 'no probe' : `${names.length} probes (${names.join(', ')})`;
  return {
    code: names.length === 0 ? 'ERR_CONFIG_MISSING' : 'ERR_CONFIG_TYPE',
    message: `cannot use ${formatPath(path) || 'the check'}: it has ${found}, exactly one is needed`,
    path,
    hint: names.length === 0 ? `the probes are ${PROBE_NAMES.join(', ')}` : undefined,
  };
}

/** In the short form the file has no key for the option, so the issue stands at the probe itself. */
function inShortForm(issue: ConfigIssue, path: ConfigPath): ConfigIssue {
  return { ...issue, path, message: issue.message.replace(formatPath(issue.path), formatPath(path)) };
}
