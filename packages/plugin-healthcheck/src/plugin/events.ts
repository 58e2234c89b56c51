/**
 * The events of this plugin, as they stand in `tappet events`. They tell transitions, never single results.
 *
 * - `check-up`, `check-down`: `{ service, check, kind, from, count, threshold, message, durationMs }`
 * - `ready`, `unready`: `{ service, because }`; the service went on running. `because` names the checks
 * - `blame`: `{ root, affected, held, reason }`; these services fail because that one does, and what is held waits for it
 * - `blame-over`: `{ root, affected, durationMs }`; it is well again, or gone
 */
export type HealthEvent = 'check-up' | 'check-down' | 'ready' | 'unready' | 'blame' | 'blame-over';

/** The name under which an event is emitted: `tappet.healthcheck/check-down`. */
export function eventName(event: HealthEvent): string {
  return `tappet.healthcheck/${event}`;
}
