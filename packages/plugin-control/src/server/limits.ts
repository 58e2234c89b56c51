/** What a client may cost. Contract of the control API: no client can stop, slow or grow the daemon. */
export interface ControlLimits {
  /** Bytes of a request body. */
  readonly bodyBytes: number;
  /** Bytes of a request line and headers together. */
  readonly headerBytes: number;
  /** Time a connection may take to send a whole request, and to stay idle between two. */
  readonly requestMs: number;
  /** Open connections; the oldest that is not being served is closed for a new one. */
  readonly connections: number;
  /** Followed streams among them, so that ordinary requests always find a place. */
  readonly streams: number;
  /** Bytes that wait for a slow reader of a stream; more is dropped and counted. */
  readonly streamBytes: number;
}

/** The limits in force. */
export const CONTROL_LIMITS: ControlLimits = Object.freeze({
  bodyBytes: 64 * 1024,
  headerBytes: 16 * 1024,
  requestMs: 5000,
  connections: 64,
  streams: 48,
  streamBytes: 256 * 1024,
});
