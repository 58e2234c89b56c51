import type { ServiceEvent, ServiceState } from './state.ts';

/** What each event does in each state. An event that is not listed changes nothing: it came late, or is no news. */
export type TransitionTable = Readonly<Record<ServiceState, Readonly<Partial<Record<ServiceEvent, ServiceState>>>>>;

/**
 * Life of a service, state by state.
 *
 * A start always begins with PENDING, even without dependencies, so that there is one way in. Only PENDING leads to STARTING, and
 * BACKOFF, whose dependencies were satisfied before. Whatever ends while it is STARTING or RUNNING rests in STOPPED or FAILED at
 * once, also when a restart follows: the restart is a decision of its own (`restart-scheduled`) and every end can be seen.
 * A stop takes effect at once where no process exists, else it is STOPPING until the end. An end that was asked for may still be a failure.
 * A start during STOPPING is not lost: the arbiter keeps it and submits it again at rest.
 */
export const TRANSITIONS: TransitionTable = Object.freeze({
  PENDING: {
    'dependencies-satisfied': 'STARTING',
    'dependencies-failed': 'FAILED',
    'start-failed': 'FAILED',
    stop: 'STOPPED',
    adopted: 'RUNNING',
  },
  STARTING: {
    ready: 'RUNNING',
    'start-failed': 'FAILED',
    stop: 'STOPPING',
    ended: 'STOPPED',
    'ended-badly': 'FAILED',
    'restart-scheduled': 'BACKOFF',
  },
  RUNNING: {
    stop: 'STOPPING',
    ended: 'STOPPED',
    'ended-badly': 'FAILED',
    'restart-scheduled': 'BACKOFF',
  },
  BACKOFF: {
    start: 'PENDING',
    'restart-due': 'STARTING',
    stop: 'STOPPED',
  },
  STOPPING: {
    ended: 'STOPPED',
    'ended-badly': 'FAILED',
  },
  STOPPED: {
    start: 'PENDING',
    'restart-scheduled': 'BACKOFF',
    'gave-up': 'FAILED',
    adopted: 'RUNNING',
  },
  FAILED: {
    start: 'PENDING',
    'restart-scheduled': 'BACKOFF',
  },
});

/** The state after an event; undefined when the event changes nothing in this state. */
export function transition(state: ServiceState, event: ServiceEvent): ServiceState | undefined {
  return TRANSITIONS[state][event];
}
