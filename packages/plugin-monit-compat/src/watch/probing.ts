import { arePortsPaused } from '../engine/evaluate.ts';
import type { ProbeAnswer, Sample } from '../engine/sample.ts';
import type { ConnectionTest, PingTest } from '../language/ast.ts';
import type { MonitConfiguration, MonitService } from '../model/configuration.ts';
import type { Prober } from '../probe/prober.ts';

export interface ProbingInput {
  readonly service: MonitService;
  readonly configuration: MonitConfiguration;
  readonly sample: Sample;
  readonly prober: Prober;
  readonly signal: AbortSignal;
}

/** True when the service has tests that must be made over a network or a socket now. */
export function wantsProbes({ service, configuration, sample }: Omit<ProbingInput, 'prober' | 'signal'>): boolean {
  if (sample.presence !== 'present') return false;
  return service.rules.some(
    ({ test, notEnforced }) =>
      notEnforced === undefined &&
      (test.kind === 'ping' || (test.kind === 'connection' && !arePortsPaused({ service, configuration, sample }))),
  );
}

/**
 * Makes the probes of one service, all at once; only ping comes first, because a machine that does not answer it is not asked for its
 * ports. Answers stand under the positions of their rules.
 */
export async function makeProbes(input: ProbingInput): Promise<ReadonlyMap<number, ProbeAnswer>> {
  const { service, configuration, sample } = input;
  const answers = new Map<number, ProbeAnswer>();
  await Promise.all(pick(input, 'ping').map((found) => ask(found, input, answers)));
  const isUnreachable = [...answers.values()].some(({ ok }) => !ok);
  if (isUnreachable || arePortsPaused({ service, configuration, sample })) return answers;
  await Promise.all(pick(input, 'connection').map((found) => ask(found, input, answers)));
  return answers;
}

interface Found {
  readonly index: number;
  readonly test: ConnectionTest | PingTest;
}

function pick({ service }: ProbingInput, kind: Found['test']['kind']): Found[] {
  // The rule that was declared last is the first one to connect.
  return [...service.rules.entries()]
    .toReversed()
    .flatMap(([index, { test, notEnforced }]) =>
      notEnforced === undefined && test.kind === kind && (test.kind === 'ping' || test.kind === 'connection')
        ? [{ index, test }]
        : [],
    );
}

async function ask(
  { index, test }: Found,
  { prober, service, signal }: ProbingInput,
  answers: Map<number, ProbeAnswer>,
): Promise<void> {
  const answer = await prober(test, service, signal);
  if (answer !== undefined) answers.set(index, answer);
}
