import type { ConfigIssue } from '@tappet/core';
import { readControlFile, readControlText, type ReadOptions } from '../language/load.ts';
import { buildConfiguration, type MonitConfiguration } from './configuration.ts';

export interface LoadedMonit {
  readonly configuration: MonitConfiguration;
  readonly issues: readonly ConfigIssue[];
  /** True when no issue is an error. */
  readonly accepted: boolean;
}

/** Reads and checks a control file with its includes. Lenient unless `mode: 'strict'`. */
export function loadMonit(path: string, options: ReadOptions = {}): LoadedMonit {
  return finish(readControlFile(path, options));
}

/** As {@link loadMonit} for text at hand; nobody asks for its permissions. */
export function loadMonitText(text: string, options: ReadOptions & { readonly name?: string } = {}): LoadedMonit {
  return finish(readControlText(text, options));
}

function finish({ tree, issues }: ReturnType<typeof readControlFile>): LoadedMonit {
  const configuration = buildConfiguration(tree, issues);
  return { configuration, issues: issues.all, accepted: !issues.hasErrors };
}
