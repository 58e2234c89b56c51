import type { Contender } from './contender.ts';
import { nowMs } from './marks.ts';

const BUDGET_MS = 25_000;

/**
 * Measures all contenders one after another, and that so many times; no new round begins after 25 s, and those named in `once` have
 * only the first one. The results by the contender's name.
 */
export async function interleave<Result>(
  contenders: readonly Contender[],
  {
    rounds,
    once = [],
    measure,
  }: { rounds: number; once?: readonly string[]; measure: (contender: Contender) => Promise<Result> },
): Promise<Map<string, Result[]>> {
  const results = new Map<string, Result[]>(contenders.map(({ name }) => [name, []]));
  const begin = nowMs();
  for (let round = 0; round < rounds && nowMs() < begin + BUDGET_MS; round++) {
    for (const contender of contenders) {
      if (round > 0 && once.includes(contender.name)) continue;
      results.get(contender.name)?.push(await measure(contender));
    }
  }
  return results;
}
