import type { TLSSocket } from 'node:tls';
import { ProbeFailure } from '../result.ts';

const DAY_MS = 86_400_000;

/** Whole days until the certificate of this connection expires, negative afterwards. Undefined when there is none. */
export function certificateDaysLeft(socket: TLSSocket, wallClockMs: number = Date.now()): number | undefined {
  const until = Date.parse(socket.getPeerCertificate().valid_to ?? '');
  return Number.isNaN(until) ? undefined : Math.floor((until - wallClockMs) / DAY_MS);
}

/** Fails when the certificate has fewer days left than asked for. Returns the days. */
export function requireDaysLeft(socket: TLSSocket, least: number): number {
  const days = certificateDaysLeft(socket);
  if (days === undefined) throw new ProbeFailure('the server showed no certificate');
  if (days >= least) return days;
  const left = days < 0 ? `expired ${-days} days ago` : `expires in ${days} days`;
  throw new ProbeFailure(`the certificate ${left}, at least ${least} are asked for`, { certificateDaysLeft: days });
}
