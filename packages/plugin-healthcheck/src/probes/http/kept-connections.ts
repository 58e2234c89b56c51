import type { HttpConnection } from './connection.ts';

/** Longer than the usual interval of checks. */
const IDLE_MS = 20_000;
/** A certificate is looked at when a connection opens, so that a new one is seen. */
const TLS_FRESH_MS = 60_000;

const kept = new Map<string, HttpConnection[]>();
let sweeping: NodeJS.Timeout | undefined;

/** A connection to this place that an earlier attempt has left, the one used last. */
export function takeKept(place: string): HttpConnection | undefined {
  const connection = kept.get(place)?.pop();
  connection?.wake();
  return connection;
}

/** Leaves a connection for the next attempt, unless it has served its time. Idle ones do not hold the process up. */
export function keep(place: string, connection: HttpConnection): void {
  if (connection.isSecure && performance.now() - connection.openedMs > TLS_FRESH_MS) return connection.close();
  const all = kept.get(place) ?? [];
  kept.set(place, all);
  all.push(connection);
  connection.rest(() => forget(place, connection));
  sweeping ??= setInterval(sweep, IDLE_MS).unref();
}

/** Closes the idle connections that HTTP probes keep. Probes may go on afterwards. */
export function closeIdleConnections(): void {
  for (const connection of [...kept.values()].flat()) connection.close();
  kept.clear();
  clearInterval(sweeping);
  sweeping = undefined;
}

function forget(place: string, connection: HttpConnection): void {
  const others = kept.get(place)?.filter((one) => one !== connection) ?? [];
  if (others.length === 0) kept.delete(place);
  else kept.set(place, others);
}

function sweep(): void {
  const idle = [...kept.values()].flat();
  for (const connection of idle) {
    if (performance.now() - connection.restingSinceMs > IDLE_MS) connection.close();
  }
  if (idle.length > 0) return;
  clearInterval(sweeping);
  sweeping = undefined;
}
