import { ConfigError, ControlError, TappetError, type ErrorCode } from '@tappet/core';
import type { ErrorBody } from '../protocol.ts';
import type { Feed } from './feed.ts';

/** A value, sent at once. */
export interface JsonReply {
  readonly kind: 'json';
  readonly status: number;
  readonly body: unknown;
}

/** Pieces, sent as they come. */
export interface StreamReply {
  readonly kind: 'stream';
  readonly contentType: string;
  /** The line in place of what a slow reader missed. */
  dropped(weight: number): string;
  /** Starts to push; returns what ends it when the reader goes. */
  open(feed: Feed): () => void;
}

/** What a route answers. */
export type Reply = JsonReply | StreamReply;

/** A JSON answer. */
export function json(body: unknown, status = 200): JsonReply {
  return { kind: 'json', status, body };
}

/** An error as an answer: code, message, hint, and the HTTP status that fits. */
export function errorReply(error: unknown): JsonReply {
  if (error instanceof ConfigError) {
    return json(errorBody(error, { issues: error.issues }), 422);
  }
  if (error instanceof TappetError) {
    return json(errorBody(error), error instanceof ControlError ? error.status : (STATUS_OF[error.code] ?? 500));
  }
  const message = error instanceof Error ? error.message : String(error);
  return json({ code: 'ERR_CONTROL_REQUEST', message: `cannot answer the request: ${message}` }, 500);
}

const STATUS_OF: Partial<Record<ErrorCode, number>> = {
  ERR_SERVICE_UNKNOWN: 404,
  ERR_CONTROL_REQUEST: 400,
  ERR_INTENT_REFUSED: 409,
  ERR_RELOAD_FAILED: 422,
  ERR_SHUTTING_DOWN: 503,
};

function errorBody(error: TappetError, more: Partial<ErrorBody> = {}): ErrorBody {
  return { code: error.code, message: error.message, hint: error.hint, ...more };
}
