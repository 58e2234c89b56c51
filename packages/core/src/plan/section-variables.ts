import type { ConfigPath } from '../errors/base.ts';
import { interpolate, type Variables } from './interpolate.ts';
import { isTable } from './values.ts';
import { splitWords } from './words.ts';

/**
 * What `${VAR}` means below a key of a section: `keep` leaves every text there alone, `words` is a command line that is split into a
 * list of words before they are looked at.
 */
export type VariableRule = 'keep' | 'words';

/** Rules by the name of a key at whatever depth; `exec.command` is `command` within `exec`. */
export type VariableRules = Readonly<Record<string, VariableRule>>;

/** A reference in a section that cannot be replaced. */
export interface SectionProblem {
  /** From the section on. */
  readonly path: ConfigPath;
  readonly error: string;
  readonly hint: string;
}

/** A section with its variables replaced. */
export interface ExpandedSection {
  /** The same value when it has no references. */
  readonly value: unknown;
  readonly problems: readonly SectionProblem[];
  /** Whether it names `${INSTANCE}`, so that each copy of a service has its own. */
  readonly isOfInstance: boolean;
}

/**
 * Replaces references in every text of a section of a plugin, as the core does in its own keys: in one pass, and never splitting a
 * value into several arguments. Keys of tables stay as they are.
 */
export function expandSection(
  section: unknown,
  { key, variables, rules }: { readonly key: string; readonly variables: Variables; readonly rules: VariableRules },
): ExpandedSection {
  const problems: SectionProblem[] = [];
  const ancestors: unknown[] = [];
  let isOfInstance = false;

  function visit(value: unknown, path: ConfigPath): unknown {
    const rule = ruleAt([key, ...path], rules);
    if (rule === 'keep') return value;
    if (typeof value === 'string') return rule === 'words' ? words(value, path) : text(value, path);
    // Programs can be configurations, and what they export may hold itself.
    if (ancestors.includes(value)) return value;
    ancestors.push(value);
    const result = Array.isArray(value) ? list(value, path) : isTable(value) ? table(value, path) : value;
    ancestors.pop();
    return result;
  }
  function list(items: readonly unknown[], path: ConfigPath): readonly unknown[] {
    const expanded = items.map((item, index) => visit(item, [...path, index]));
    return expanded.some((item, index) => item !== items[index]) ? expanded : items;
  }
  function table(value: Readonly<Record<string, unknown>>, path: ConfigPath): unknown {
    const entries = Object.entries(value).map(([name, item]) => [name, visit(item, [...path, name])] as const);
    return entries.some(([name, item]) => item !== value[name]) ? Object.fromEntries(entries) : value;
  }
  function words(line: string, path: ConfigPath): unknown {
    const split = line.includes('$') ? splitWords(line).words : undefined;
    // What cannot be split is for the schema to refuse.
    return split === undefined ? line : split.map((word) => text(word, path));
  }
  function text(written: string, path: ConfigPath): string {
    if (!written.includes('$')) return written;
    isOfInstance ||= written.includes('${INSTANCE');
    const result = interpolate(written, variables);
    if (result.text !== undefined) return result.text;
    problems.push({ path, error: result.error, hint: result.hint });
    return written;
  }

  return { value: visit(section, []), problems, isOfInstance };
}

/** The rule of a key: of those that name it, the one that names most of the keys above it. Items of a list have none. */
function ruleAt(path: ConfigPath, rules: VariableRules): VariableRule | undefined {
  if (typeof path.at(-1) !== 'string') return undefined;
  const names = path.filter((part) => typeof part === 'string');
  const known = names.map((_, index) => names.slice(index).join('.')).find((name) => Object.hasOwn(rules, name));
  return known === undefined ? undefined : rules[known];
}
