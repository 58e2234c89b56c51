import type { ConfigIssue } from '@tappet/core';
import type { RestartLimit, Rule, ServiceNode } from '../language/ast.ts';
import { readRuleText, type ReadOptions } from '../language/load.ts';

/** One entry of `rules = […]`: a rule as text, or with options. */
export type InlineRule = string | { readonly rule: string; readonly fast?: boolean | undefined };

export interface InlineSource {
  /** The name of the service the rules stand in. */
  readonly service: string;
  /** `monit = """ … """`. */
  readonly monit?: string | undefined;
  readonly rules?: readonly InlineRule[] | undefined;
  /** `fast = true` for every rule of the service. */
  readonly fast?: boolean | undefined;
}

export interface InlineRules {
  readonly rules: readonly Rule[];
  readonly restartLimits: readonly RestartLimit[];
  readonly node: ServiceNode;
  readonly issues: readonly ConfigIssue[];
  readonly accepted: boolean;
}

/**
 * Reads rules that stand in the configuration of one of our own services. The service is a process that we run, so it
 * has neither pid file nor programs: statements that name them are refused.
 */
export function readInlineRules(source: InlineSource, options: ReadOptions = {}): InlineRules {
  const pieces = [
    ...(source.monit === undefined ? [] : [{ name: 'monit', text: source.monit, fast: source.fast ?? false }]),
    ...(source.rules ?? []).map((rule, index) => ({
      name: `rules[${index}]`,
      text: typeof rule === 'string' ? rule : rule.rule,
      fast: (typeof rule === 'string' ? undefined : rule.fast) ?? source.fast ?? false,
    })),
  ];
  const read = pieces.map(({ name, text, fast }) => ({
    ...readRuleText(text, { ...options, service: source.service, name }),
    fast,
  }));
  const first = read[0]?.node ?? readRuleText('', { ...options, service: source.service }).node;
  const rules = read.flatMap(({ node, fast }) => node.rules.map((rule) => (fast ? { ...rule, fast } : rule)));
  const restartLimits = read.flatMap(({ node }) => node.restartLimits);
  const issues = read.flatMap(({ node, issues }) => [...issues.all, ...misplaced(node)]);
  const last = read.at(-1)?.node ?? first;
  return {
    rules,
    restartLimits,
    node: {
      ...last,
      rules,
      restartLimits,
      alerts: read.flatMap(({ node }) => node.alerts),
      every: read.findLast(({ node }) => node.every !== undefined)?.node.every,
    },
    issues,
    accepted: issues.every(({ severity }) => severity === 'warning'),
  };
}

function misplaced(node: ServiceNode): ConfigIssue[] {
  const found: { what: string; hint: string }[] = [];
  for (const key of ['start', 'stop', 'restart'] as const) {
    if (node[key] !== undefined)
      found.push({ what: `a ${key} program`, hint: 'the service has its own command; the rule needs no program' });
  }
  if (node.depends.length > 0) found.push({ what: '"depends on"', hint: 'use depends_on of the service' });
  return found.map(({ what, hint }) => ({
    code: 'ERR_CONFIG_TYPE',
    message: `cannot use ${what} in rules of a service that the supervisor runs itself`,
    path: [node.name],
    hint,
    severity: 'error',
    file: node.at.file,
    line: node.at.line,
    column: node.at.column,
  }));
}
