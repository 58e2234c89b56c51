import { ACTORS, type Actor } from './cause.ts';
import type { Intent } from './intent.ts';
import type { ServiceState } from './state.ts';

/** What the arbiter looks at. */
export interface ArbiterFacts {
  readonly state: ServiceState;
  /** What was accepted last: up or down, and by whom. */
  readonly wanted: 'up' | 'down';
  readonly wantedBy: Actor;
  /** True while a start, stop or restart is being carried out. */
  readonly busy: boolean;
  /** True while the work in progress includes going down first and up again. */
  readonly restarting: boolean;
  /** A user stopped it. */
  readonly held: boolean;
  /** Its restart budget is spent. */
  readonly gaveUp: boolean;
  /** The whole supervisor goes down. */
  readonly shuttingDown: boolean;
}

/** What becomes of an intent. */
export type Verdict =
  | { readonly verdict: 'accept' }
  | { readonly verdict: 'join'; readonly message: string }
  | { readonly verdict: 'unchanged'; readonly message: string }
  | { readonly verdict: 'refuse'; readonly message: string };

/**
 * One arbiter per service, one precedence for all actors (see `ACTORS`). A user's stop holds against every automatic
 * actor until a user's start; work in progress is only replaced by an actor of the same or a higher rank.
 */
export function arbitrate(facts: ArbiterFacts, intent: Pick<Intent, 'action' | 'actor'>): Verdict {
  const { action, actor } = intent;
  if (facts.shuttingDown && actor !== 'shutdown') return refuse('the supervisor is shutting down');
  if (action === 'signal')
    return facts.state === 'STARTING' || facts.state === 'RUNNING' || facts.state === 'STOPPING'
      ? accept
      : refuse(`it is ${facts.state} and has no process`);
  if (action !== 'stop' && actor !== 'user') {
    if (facts.held) return refuse('a user stopped it; only a user starts it again');
    if (facts.gaveUp && actor !== 'reload')
      return refuse('its restart budget is spent; only a user or a reload starts it again');
  }
  if (facts.busy && rank(actor) > rank(facts.wantedBy)) return overrule(facts, action);
  if (action === 'start') return start(facts);
  if (action === 'stop') return stop(facts);
  return restart(facts);
}

const accept: Verdict = { verdict: 'accept' };

function overrule(facts: ArbiterFacts, action: Intent['action']): Verdict {
  const goesUp = action !== 'stop';
  if (goesUp === (facts.wanted === 'up')) return { verdict: 'join', message: `${facts.wantedBy} already asked for it` };
  return refuse(`${facts.wantedBy} wants it ${facts.wanted}, which comes first`);
}

function start(facts: ArbiterFacts): Verdict {
  if (facts.wanted === 'down') return facts.state === 'RUNNING' && !facts.busy ? unchanged('it is RUNNING') : accept;
  switch (facts.state) {
    case 'RUNNING':
      return facts.restarting ? { verdict: 'join', message: 'it is restarting' } : unchanged('it is already RUNNING');
    case 'PENDING':
    case 'STARTING':
    case 'STOPPING':
      return { verdict: 'join', message: `it is ${facts.state}` };
    case 'BACKOFF':
    case 'STOPPED':
    case 'FAILED':
      return accept;
  }
}

function stop(facts: ArbiterFacts): Verdict {
  if (facts.wanted === 'down' && facts.busy) return { verdict: 'join', message: 'it is already stopping' };
  if ((facts.state === 'STOPPED' || facts.state === 'FAILED') && !facts.busy) {
    // An accepted stop still records who wants it down, so that a user's stop of a dead service holds.
    return { verdict: 'unchanged', message: `it is ${facts.state}` };
  }
  return accept;
}

function restart(facts: ArbiterFacts): Verdict {
  if (facts.restarting && facts.wanted === 'up') return { verdict: 'join', message: 'it is already restarting' };
  return accept;
}

function rank(actor: Actor): number {
  return ACTORS.indexOf(actor);
}

function refuse(message: string): Verdict {
  return { verdict: 'refuse', message };
}

function unchanged(message: string): Verdict {
  return { verdict: 'unchanged', message };
}
