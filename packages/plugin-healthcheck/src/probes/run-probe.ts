import type { ProbeRunOptions } from './definition.ts';
import { type Probe, type ProbeName, PROBES } from './registry.ts';
import type { ProbeResult } from './result.ts';

/**
 * Tries a probe once. Resolves within `deadlineMs`, always: a failure, a throw, an abort and the deadline are failed results.
 * What the attempt opened is closed or killed by then.
 */
export function runProbe<Name extends ProbeName>(probe: Probe<Name>, options: ProbeRunOptions): Promise<ProbeResult> {
  const { name, description }: Probe<Name> = probe;
  return PROBES[name].run(description, options);
}

/** A probe in a few words, without secrets: "redis 127.0.0.1:6379". */
export function describeProbe<Name extends ProbeName>(probe: Probe<Name>): string {
  const { name, description }: Probe<Name> = probe;
  return PROBES[name].describe(description);
}
