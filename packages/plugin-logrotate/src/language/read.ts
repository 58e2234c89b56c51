import { parseText } from './parse.ts';
import { type LogBlock, DEFAULT_RULES, type RotationRules } from './rules.ts';
import { Session, type SessionOptions } from './session.ts';

/** What a set of configuration files says. */
export interface Configuration {
  readonly blocks: readonly LogBlock[];
  /** Something was wrong that the program's exit status has to tell. */
  readonly hasFailed: boolean;
}

/** Reads configuration files and directories in order; settings of an earlier one hold for later ones. Never throws. */
export function readConfiguration(paths: readonly string[], options: SessionOptions = {}): Configuration {
  const session = new Session(options);
  let rules: RotationRules = DEFAULT_RULES;
  for (const path of paths) rules = session.include({ path, rules, depth: 0 });
  return { blocks: session.blocks, hasFailed: session.hasFailed };
}

/** Reads a configuration that is at hand as text; `file` is its name in messages. Includes are followed. Never throws. */
export function parseConfiguration(
  {
    text,
    file,
    rules = DEFAULT_RULES,
  }: { readonly text: string; readonly file: string; readonly rules?: RotationRules },
  options: SessionOptions = {},
): Configuration {
  const session = new Session(options);
  parseText(session, { text, file, rules, depth: 0 });
  return { blocks: session.blocks, hasFailed: session.hasFailed };
}
