import { type BlameGraph, rootsOf } from './blame.ts';
import type { Check } from './check.ts';
import type { CheckEvent } from './counter.ts';

/** What a transition of a check calls for. `hold`: the cause lies elsewhere, so the action waits. */
export type CheckDecision =
  | { readonly action: 'restart' | 'stop' | 'shutdown'; readonly reason: string }
  | {
      readonly action: 'hold';
      readonly reason: string;
      readonly roots: readonly string[];
      readonly held: 'restart' | 'stop' | 'shutdown';
    }
  | { readonly action: 'none' };

/** Decides on a transition of a check of this service: at most one action for each time it goes down. */
export function decide(
  event: CheckEvent,
  { check, service, graph }: { check: Check; service: string; graph: BlameGraph },
): CheckDecision {
  if (event.type !== 'down' || check.onFailure === 'ignore') return { action: 'none' };
  const reason = `${check.kind} check "${check.name}" failed ${event.count}/${event.threshold}: ${event.record.message}`;
  const roots = check.blame ? rootsOf(service, graph) : [];
  if (roots.length === 0) return { action: check.onFailure, reason };
  return { action: 'hold', held: check.onFailure, roots, reason: `${reason} (because ${roots.join(', ')} is down)` };
}
