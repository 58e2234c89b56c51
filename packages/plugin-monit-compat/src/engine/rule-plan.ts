import type { Rule, ServiceType, Test } from '../language/ast.ts';
import type { MonitService } from '../model/configuration.ts';

/** A rule with the key under which it is remembered and its position among the declared ones (-1: implicit). */
export interface PlannedRule {
  readonly key: string;
  readonly index: number;
  readonly rule: Rule;
}

export interface RulePlan {
  /** Rules on existence, written or implied. */
  readonly existence: readonly PlannedRule[];
  readonly invalid: PlannedRule;
  readonly data: PlannedRule;
  readonly execution: PlannedRule;
  /** Everything else in the order of evaluation. */
  readonly others: readonly PlannedRule[];
}

/** By the service; services of ours that share their rules share the plan. */
const plans = new WeakMap<object, RulePlan>();

/**
 * The order in which the rules of a service are judged: kinds one after the other, and within one kind the rule that
 * was declared last comes first.
 */
export function planRules(service: MonitService): RulePlan {
  const key = service.supervised === 'inline' ? service.rules : service;
  const known = plans.get(key);
  if (known !== undefined) return known;
  const written = service.rules.map((rule, index) => ({ key: `r${index}`, index, rule }));
  const existence = written.filter(({ rule }) => rule.test.kind === 'exist').toReversed();
  const others = written
    .filter(({ rule }) => rule.test.kind !== 'exist')
    .sort((a, b) => rankOf(a.rule.test) - rankOf(b.rule.test) || b.index - a.index);
  const flags =
    IMPLIES_FLAGS.has(service.type) &&
    !written.some(({ rule }) => rule.test.kind === 'changed' && rule.test.subject === 'fsflags');
  const plan: RulePlan = {
    existence:
      existence.length > 0 || !IMPLIES_EXISTENCE.has(service.type) || service.supervised === 'inline'
        ? existence
        : [implicit(service, 'nonexist', { kind: 'exist', wanted: 'missing' }, 'restart')],
    invalid: implicit(service, 'invalid', { kind: 'exist', wanted: 'present' }, 'restart'),
    data: implicit(service, 'data', { kind: 'exist', wanted: 'present' }, 'alert'),
    execution: implicit(service, 'exec', { kind: 'exist', wanted: 'present' }, 'alert'),
    others: flags
      ? [implicit(service, 'fsflags', { kind: 'changed', subject: 'fsflags' }, 'alert'), ...others]
      : others,
  };
  plans.set(key, plan);
  return plan;
}

const IMPLIES_EXISTENCE: ReadonlySet<ServiceType> = new Set(['process', 'file', 'directory', 'fifo', 'filesystem']);
const IMPLIES_FLAGS: ReadonlySet<ServiceType> = new Set(['filesystem']);
const ONCE = { count: 1, cycles: 1 };

function implicit(service: MonitService, name: string, test: Test, action: 'restart' | 'alert'): PlannedRule {
  return {
    key: `implicit:${name}`,
    index: -1,
    rule: {
      at: service.at,
      text: `implicit ${name} rule`,
      test,
      sense: 'failed',
      rate: ONCE,
      action: { kind: action },
      elseRate: ONCE,
      elseAction: { kind: 'alert' },
      hasElse: false,
      dropped: [],
      fast: service.rules.some(({ fast }) => fast),
      notEnforced: undefined,
    },
  };
}

const RANKS: readonly Test['kind'][] = [
  'changed',
  'owner',
  'security',
  'permission',
  'uptime',
  'timestamp',
  'checksum',
  'size',
  'hardlink',
  'content',
  'resource',
  'io',
  'serviceTime',
  'space',
  'inode',
  'status',
  'link',
  'saturation',
  'transfer',
  'ping',
  'connection',
];

function rankOf(test: Test): number {
  if (test.kind === 'connection') return RANKS.length + ('socket' in test.target ? 1 : 0);
  return RANKS.indexOf(test.kind);
}
