import { createHash } from 'node:crypto';
import type { ServiceSpec } from './plan.ts';

/** What differs between two plans, by service name. A renamed service is one removed and one added. */
export interface PlanDiff {
  readonly added: readonly ServiceSpec[];
  readonly removed: readonly ServiceSpec[];
  /** The process must be replaced: something it was started with differs. */
  readonly restarted: readonly { readonly from: ServiceSpec; readonly to: ServiceSpec }[];
  /** Only values that take effect without a new process differ (policy, timeouts, dependencies, plugin sections). */
  readonly updated: readonly { readonly from: ServiceSpec; readonly to: ServiceSpec }[];
  readonly unchanged: readonly ServiceSpec[];
}

/** What a running process was started with. A difference in anything else needs no new process. */
const PROCESS_KEYS: readonly (keyof ServiceSpec)[] = Object.freeze([
  'type',
  'command',
  'args',
  'user',
  'group',
  'umask',
  'cwd',
  'env',
  'inheritEnv',
  'notifyFd',
  'pidFile',
  'durable',
]);

/**
 * Compares two plans service by service. Lists are in the order of the new plan, `removed` in that of the old one; `unchanged` holds the new
 * specs. The order of keys in a table never counts as a difference.
 */
export function diffPlans(
  from: { readonly services: readonly ServiceSpec[] },
  to: { readonly services: readonly ServiceSpec[] },
): PlanDiff {
  const before = new Map(from.services.map((spec) => [spec.name, spec]));
  const after = new Set(to.services.map((spec) => spec.name));
  const pairs = to.services.flatMap((spec) => {
    const old = before.get(spec.name);
    return old === undefined ? [] : [{ from: old, to: spec, change: changeBetween(old, spec) }];
  });
  const having = (change: Change): { from: ServiceSpec; to: ServiceSpec }[] =>
    pairs.filter((pair) => pair.change === change).map((pair) => ({ from: pair.from, to: pair.to }));
  return {
    added: to.services.filter((spec) => !before.has(spec.name)),
    removed: from.services.filter((spec) => !after.has(spec.name)),
    restarted: having('restarted'),
    updated: having('updated'),
    unchanged: having('unchanged').map((pair) => pair.to),
  };
}

/**
 * Digest of what a process was started with, 32 hexadecimal digits. Two specs with one hash can share a running process; an adopted process
 * whose recorded hash differs was started with something else.
 */
export function specHash(spec: ServiceSpec): string {
  return createHash('sha256')
    .update(canonical(processPart(spec)))
    .digest('hex')
    .slice(0, 32);
}

type Change = 'restarted' | 'updated' | 'unchanged';

function changeBetween(from: ServiceSpec, to: ServiceSpec): Change {
  if (from === to) return 'unchanged';
  if (canonical(processPart(from)) !== canonical(processPart(to))) return 'restarted';
  return canonical(from) === canonical(to) ? 'unchanged' : 'updated';
}

function processPart(spec: ServiceSpec): readonly unknown[] {
  return PROCESS_KEYS.map((key) => spec[key]);
}

/** JSON with sorted keys. What JSON cannot hold (functions and classes of a JavaScript configuration) counts by its text. */
function canonical(value: unknown): string {
  const ancestors: object[] = [];
  const write = (item: unknown): string => {
    if (typeof item !== 'object' || item === null) return scalar(item);
    if (ancestors.includes(item)) return '"<cycle>"';
    ancestors.push(item);
    const text = Array.isArray(item) ? `[${item.map(write).join()}]` : table(item, write);
    ancestors.pop();
    return text;
  };
  return write(value);
}

function table(item: object, write: (value: unknown) => string): string {
  if (item instanceof Date) return `date:${item.getTime()}`;
  if (item instanceof RegExp) return `regexp:${String(item)}`;
  const entries = Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${write(value)}`).join()}}`;
}

function scalar(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : `${typeof value}:${String(value)}`;
}
