import type { Agent } from 'node:http';
import type { Agent as SecureAgent } from 'node:https';
import { http, https } from '../net/http-modules.ts';
import type { TlsOptions } from '../options/tls.ts';

const IDLE_MS = 20_000;
const TLS_FRESH_MS = 60_000;
const AGENT = { keepAlive: true, timeout: IDLE_MS } as const;
const NO_TLS_OPTIONS: object = {};

let plain = new http.Agent(AGENT);
let secure = new Map<object, { readonly agent: SecureAgent; readonly madeMs: number }>();

/** The agent that keeps plain connections between attempts. Idle sockets do not hold the process up. */
export function plainAgent(): Agent {
  return plain;
}

/** The agent that keeps TLS connections of one set of TLS options; renewed each minute, so that a new certificate is seen. */
export function secureAgent(options: TlsOptions | undefined): SecureAgent {
  const key = options ?? NO_TLS_OPTIONS;
  const known = secure.get(key);
  if (known !== undefined && performance.now() - known.madeMs < TLS_FRESH_MS) return known.agent;
  dropStale();
  // A resumed session shows the certificate of the first handshake, so there is none.
  const agent = new https.Agent({ ...AGENT, maxCachedSessions: 0 });
  secure.set(key, { agent, madeMs: performance.now() });
  return agent;
}

/** Closes the idle connections that HTTP probes keep. Probes may go on afterwards. */
export function closeIdleConnections(): void {
  plain.destroy();
  for (const { agent } of secure.values()) agent.destroy();
  plain = new http.Agent(AGENT);
  secure = new Map();
}

function dropStale(): void {
  for (const [key, { agent, madeMs }] of secure) {
    if (performance.now() - madeMs < TLS_FRESH_MS) continue;
    agent.destroy();
    secure.delete(key);
  }
}
