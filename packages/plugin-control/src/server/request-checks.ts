import type { IncomingHttpHeaders } from 'node:http';
import { ControlError } from '@tappet/core';

/** `tappet` is what our client says, `localhost` what `curl --unix-socket … http://localhost/…` says. */
const HOSTS: ReadonlySet<string> = new Set(['tappet', 'localhost']);

/**
 * Refuses what a browser could be tricked into sending: a foreign Host, any Origin, a body that is not declared as JSON.
 * Throws a ControlError.
 */
export function checkHeaders({ headers, hasBody }: { headers: IncomingHttpHeaders; hasBody: boolean }): void {
  if (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined) {
    throw refusal(403, 'cannot answer a request from a browser', 'use the tappet command or a client library');
  }
  if (headers.host === undefined || !HOSTS.has(headers.host)) {
    throw refusal(403, `cannot answer a request for host "${headers.host ?? ''}"`, 'send "Host: localhost"');
  }
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (hasBody && type !== 'application/json') {
    throw refusal(415, `cannot read a body of type "${type ?? ''}"`, 'send "Content-Type: application/json"');
  }
}

function refusal(status: number, message: string, hint: string): ControlError {
  return new ControlError(message, { code: 'ERR_CONTROL_REQUEST', status, hint });
}
