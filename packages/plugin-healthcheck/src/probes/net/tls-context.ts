import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import type { TlsOptions } from '../options/tls.ts';
import { ProbeFailure } from '../result.ts';

const FRESH_MS = 60_000;
const contexts = new WeakMap<TlsOptions, { readonly context: tls.SecureContext; readonly madeMs: number }>();

/**
 * The key material of TLS options. Making one costs milliseconds, so it is kept for a minute; a renewed file counts
 * after that at the latest.
 */
export function secureContext(options: TlsOptions): tls.SecureContext {
  const nowMs = performance.now();
  const known = contexts.get(options);
  if (known !== undefined && nowMs - known.madeMs < FRESH_MS) return known.context;
  const context = tls.createSecureContext({ ca: pem(options.ca), cert: pem(options.cert), key: pem(options.key) });
  contexts.set(options, { context, madeMs: nowMs });
  return context;
}

function pem(path: string | undefined): Buffer | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ProbeFailure(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
