import type { Rate } from '../language/ast.ts';

/** `changed` and `unchanged` are the classes of tests that compare with the last look. */
export type Verdict = 'good' | 'bad' | 'changed' | 'unchanged';

/**
 * What is remembered of one rule. `bits` holds the last 64 samples, the newest lowest, 1 for a bad one.
 *
 *     init ──N bad of M──▶ failed ──N good of M (else rate)──▶ succeeded ──N bad of M──▶ failed …
 *
 * `init` keeps nothing until the first bad sample, and a good sample never leaves it. A transition fills the window
 * with the new class, so that the way back needs its full number of samples.
 */
export interface RuleState {
  readonly phase: 'init' | 'failed' | 'succeeded';
  readonly bits: bigint;
  /** Samples since the last transition, which itself is number 1. */
  readonly count: number;
}

export const INITIAL_RULE: RuleState = { phase: 'init', bits: 0n, count: 0 };

const WINDOW = (1n << 64n) - 1n;

export interface RuleStep {
  readonly state: RuleState;
  /**
   * `fire`: the rule is failed and this sample is bad: its action is due. `recover`: the rule came back with this
   * sample. `below`: bad, but not often enough yet. `quiet`: nothing to do.
   */
  readonly outcome: 'fire' | 'recover' | 'below' | 'quiet';
  readonly isTransition: boolean;
}

/** Takes one sample into the window and says what it means. */
export function stepRule(
  state: RuleState,
  verdict: Verdict,
  rates: { readonly rate: Rate; readonly elseRate: Rate },
): RuleStep {
  const isBad = verdict === 'bad' || verdict === 'changed';
  if (state.phase === 'init' && state.bits === 0n && !isBad) return { state, outcome: 'quiet', isTransition: false };
  const bits = ((state.bits << 1n) | (isBad ? 1n : 0n)) & WINDOW;
  const rate = isBad ? rates.rate : rates.elseRate;
  const isEnough = countOf(bits, isBad, rate.cycles) >= rate.count;
  const isNew = isBad ? state.phase !== 'failed' || verdict === 'changed' : state.phase === 'failed';
  if (isEnough && isNew) {
    return {
      state: { phase: isBad ? 'failed' : 'succeeded', bits: isBad ? WINDOW : 0n, count: 1 },
      outcome: isBad ? 'fire' : 'recover',
      isTransition: true,
    };
  }
  const next: RuleState = { phase: state.phase, bits, count: state.count + 1 };
  if (!isBad) return { state: next, outcome: 'quiet', isTransition: false };
  const isOngoing = state.phase === 'failed' && verdict === 'bad';
  return { state: next, outcome: isOngoing ? 'fire' : 'below', isTransition: false };
}

function countOf(bits: bigint, isBad: boolean, cycles: number): number {
  let rest = bits;
  let count = 0;
  for (let i = 0; i < cycles; i++) {
    if ((rest & 1n) === (isBad ? 1n : 0n)) count += 1;
    rest >>= 1n;
  }
  return count;
}
