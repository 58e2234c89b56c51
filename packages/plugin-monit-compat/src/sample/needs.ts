import type { HashAlgorithm, ResourceMetric, Rule } from '../language/ast.ts';
import type { MonitService } from '../model/configuration.ts';
import type { FileNeeds } from './file.ts';
import type { ProcessNeeds } from './process.ts';

/** What the rules of a service ask for, so that nothing else is measured. */
export interface ServiceNeeds {
  readonly process: ProcessNeeds;
  readonly file: FileNeeds;
  /** Windows of network totals in seconds. */
  readonly windows: readonly number[];
}

/** By their text: hundreds of services have few kinds of needs. */
const kinds = new Map<string, ServiceNeeds>();

export function needsOf({ rules }: Pick<MonitService, 'rules'>): ServiceNeeds {
  const needs = find(rules);
  const { process, file, windows } = needs;
  const key = JSON.stringify([[...process.metrics], process.owner, file, windows]);
  const known = kinds.get(key);
  if (known === undefined) kinds.set(key, needs);
  return known ?? needs;
}

function find(rules: MonitService['rules']): ServiceNeeds {
  const metrics = new Set<ResourceMetric>();
  const windows = new Set<number>();
  const checksums = new Set<'md5' | 'sha1' | 'sha256'>();
  for (const { test } of rules) {
    if (test.kind === 'resource') metrics.add(test.metric);
    if (test.kind === 'transfer' && test.windowSeconds !== undefined) windows.add(test.windowSeconds);
    if (test.kind === 'checksum') checksums.add(concrete(test.algorithm));
    if (test.kind === 'changed' && (test.subject === 'checksum' || test.subject === 'content'))
      checksums.add(concrete(test.algorithm ?? 'auto'));
  }
  return {
    process: { metrics, owner: rules.some(({ test }) => test.kind === 'owner') },
    file: { checksums: [...checksums], content: rules.some(isContent) },
    windows: [...windows],
  };
}

function isContent({ test }: Rule): boolean {
  return test.kind === 'content';
}

function concrete(algorithm: HashAlgorithm): 'md5' | 'sha1' | 'sha256' {
  return algorithm === 'auto' ? 'md5' : algorithm;
}
