import type { CheckKind } from './check.ts';
import type { CheckStatus } from './counter.ts';

/** A check as far as health goes. */
export interface CheckView {
  readonly name: string;
  readonly kind: CheckKind;
  readonly status: CheckStatus;
}

/** The health of one service, or of several together. */
export interface Health {
  readonly started: boolean;
  readonly live: boolean;
  readonly ready: boolean;
  /** The checks that keep it from being ready. */
  readonly waitingFor: readonly string[];
}

/**
 * The health that checks add up to. No checks are healthy; an inactive check does not count; a liveness check counts
 * against a service only when it is down, the others until they are up; not live is not ready.
 */
export function healthOf(checks: readonly CheckView[]): Health {
  const isOpen = ({ kind, status }: CheckView): boolean =>
    kind === 'liveness' ? status === 'down' : status === 'pending' || status === 'down';
  const open = checks.filter(isOpen);
  const has = (kind: CheckKind): boolean => open.some((check) => check.kind === kind);
  const [started, live] = [!has('startup'), !has('liveness')];
  return { started, live, ready: started && live && !has('readiness'), waitingFor: open.map(({ name }) => name) };
}

/** The health of services together: each must be healthy. */
export function overallHealth(services: Iterable<Health>): Health {
  const all = [...services];
  return {
    started: all.every(({ started }) => started),
    live: all.every(({ live }) => live),
    ready: all.every(({ ready }) => ready),
    waitingFor: all.flatMap(({ waitingFor }) => waitingFor),
  };
}

/** Whether a check of this kind runs now: liveness waits until every startup check has been up. */
export function isGateOpen(kind: CheckKind, checks: readonly CheckView[]): boolean {
  return kind !== 'liveness' || checks.every((check) => check.kind !== 'startup' || check.status === 'up');
}
