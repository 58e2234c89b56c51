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
  const written = service.rules.map((rule, index) => ({ key: keyOf(index), index, rule }));
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
        : service.fast === true || service.rules.some(({ fast }) => fast)
          ? FAST_NONEXISTENCE
          : NONEXISTENCE,
    invalid: INVALID,
    data: DATA,
    execution: EXECUTION,
    others: flags ? [FLAGS, ...others] : others,
  };
  plans.set(key, plan);
  return plan;
}

const IMPLIES_EXISTENCE: ReadonlySet<ServiceType> = new Set(['process', 'file', 'directory', 'fifo', 'filesystem']);
const IMPLIES_FLAGS: ReadonlySet<ServiceType> = new Set(['filesystem']);
const ONCE = { count: 1, cycles: 1 };

// What every service implies is one and the same for hundreds of them.
const NONEXISTENCE = [implicit('nonexist', { kind: 'exist', wanted: 'missing' }, { action: 'restart' })];
const FAST_NONEXISTENCE = [
  implicit('nonexist', { kind: 'exist', wanted: 'missing' }, { action: 'restart', fast: true }),
];
const INVALID = implicit('invalid', { kind: 'exist', wanted: 'present' }, { action: 'restart' });
const DATA = implicit('data', { kind: 'exist', wanted: 'present' }, { action: 'alert' });
const EXECUTION = implicit('exec', { kind: 'exist', wanted: 'present' }, { action: 'alert' });
const FLAGS = implicit('fsflags', { kind: 'changed', subject: 'fsflags' }, { action: 'alert' });

function implicit(
  name: string,
  test: Test,
  { action, fast = false }: { readonly action: 'restart' | 'alert'; readonly fast?: boolean },
): PlannedRule {
  return {
    key: `implicit:${name}`,
    index: -1,
    rule: {
      at: { file: '', line: 1, column: 1 },
      text: `implicit ${name} rule`,
      test,
      sense: 'failed',
      rate: ONCE,
      action: { kind: action },
      elseRate: ONCE,
      elseAction: { kind: 'alert' },
      hasElse: false,
      dropped: [],
      fast,
      notEnforced: undefined,
    },
  };
}

const keys: string[] = [];

/** Under which a rule is remembered, by its position. */
function keyOf(index: number): string {
  return (keys[index] ??= `r${index}`);
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
