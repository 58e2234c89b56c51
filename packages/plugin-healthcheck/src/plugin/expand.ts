import { type ConfigIssue, type ConfigPath, formatPath, interpolate } from '@tappet/core';
import { splitCommand } from '../probes/index.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** A value with `${VAR}` replaced in all of its texts, and what is wrong with references in it. */
export interface Expanded {
  readonly value: unknown;
  readonly issues: readonly ConfigIssue[];
}

/**
 * Replaces references in every text of a table or list, as the core does for commands and arguments: in one pass, and never
 * splitting into several arguments. So the command of `exec` is split first.
 */
export function expandTexts(raw: unknown, { path, variables }: { path: ConfigPath; variables: Variables }): Expanded {
  const issues: ConfigIssue[] = [];
  const visit = (value: unknown, at: ConfigPath): unknown => {
    if (typeof value === 'string') return isCommand(at) ? words(value, at) : text(value, at);
    if (Array.isArray(value)) return value.map((item, index) => visit(item, [...at, index]));
    if (typeof value !== 'object' || value === null || value instanceof Date) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item, [...at, key])]));
  };
  const text = (value: string, at: ConfigPath): string => {
    const { text: result, error, hint } = interpolate(value, variables);
    if (result !== undefined) return result;
    const message = `cannot use ${formatPath(at)} = ${JSON.stringify(value)}: ${error}`;
    issues.push({ code: 'ERR_CONFIG_VARIABLE', message, path: at, hint });
    return value;
  };
  const words = (value: string, at: ConfigPath): unknown => {
    if (!value.includes('$')) return value;
    try {
      return splitCommand(value).map((word) => text(word, at));
    } catch {
      // Its own schema tells what is wrong with it.
      return value;
    }
  };
  return { value: visit(raw, path), issues };
}

/** `exec = "…"` or `[….exec] command = "…"`. */
function isCommand(path: ConfigPath): boolean {
  const key = path.at(-1);
  return key === 'exec' || (key === 'command' && path.at(-2) === 'exec');
}
