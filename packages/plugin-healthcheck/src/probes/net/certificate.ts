import { TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';
import type { TlsOptions } from '../options/tls.ts';
import { ProbeFailure, type ProbeFinding } from '../result.ts';

const DAY_MS = 86_400_000;

/** Whole days until the certificate of this connection expires, negative afterwards. Undefined when there is none. */
export function certificateDaysLeft(socket: TLSSocket, wallClockMs: number = Date.now()): number | undefined {
  const until = Date.parse(socket.getPeerCertificate().valid_to ?? '');
  return Number.isNaN(until) ? undefined : Math.floor((until - wallClockMs) / DAY_MS);
}

/**
 * The days left of a TLS connection's certificate where some are asked for, undefined where none are. Fails when there are
 * fewer.
 */
export function checkedDaysLeft(
  socket: Socket,
  { days_left: least }: Pick<TlsOptions, 'days_left'>,
): number | undefined {
  if (least === undefined || !(socket instanceof TLSSocket)) return undefined;
  const days = certificateDaysLeft(socket);
  if (days === undefined) throw new ProbeFailure('the server showed no certificate');
  if (days >= least) return days;
  const left = days < 0 ? `expired ${-days} days ago` : `expires in ${days} days`;
  throw new ProbeFailure(`the certificate ${left}, at least ${least} are asked for`, { certificateDaysLeft: days });
}

/** A good end that also tells the days left, where days were asked for. */
export function withDaysLeft({ message, detail }: ProbeFinding, days: number | undefined): ProbeFinding {
  if (days === undefined) return detail === undefined ? { message } : { message, detail };
  return { message: `${message}, certificate for ${days} days`, detail: { ...detail, certificateDaysLeft: days } };
}
