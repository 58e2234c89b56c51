import type { TlsOptions } from '../options/tls.ts';
import type { StatusRange } from './status.ts';

/** What the body of an answer must be. Each given condition must hold for its first 64 KiB. */
export interface BodyMatch {
  readonly contains?: string | undefined;
  readonly lacks?: string | undefined;
  readonly equals?: string | undefined;
  /** A pattern without backtracking, see the documentation of patterns. */
  readonly matches?: string | undefined;
}

/** Credentials that go with a request, never to another origin. */
export type HttpAuth = { readonly user: string; readonly password: string } | { readonly bearer: string };

/** The options of `http` and `https`. */
export interface HttpDescription {
  readonly url: string;
  /** Path of a unix socket that the server listens on; the URL then gives the Host header and the path. */
  readonly socket?: string | undefined;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What is sent as the request's body. */
  readonly data?: string | undefined;
  readonly status: readonly StatusRange[];
  readonly body?: BodyMatch | undefined;
  /** Values that a JSON answer must hold, by path: `{ "checks[0].state" = "up" }`. */
  readonly json?: Readonly<Record<string, JsonScalar>> | undefined;
  /** Redirects followed at most; 0 judges the redirect itself. */
  readonly redirects: number;
  readonly auth?: HttpAuth | undefined;
  readonly tls?: TlsOptions | undefined;
  /** Whether the connection is kept for the next attempt. */
  readonly keep_alive: boolean;
}

/** A value that can be compared in JSON. */
export type JsonScalar = string | number | boolean | null;
