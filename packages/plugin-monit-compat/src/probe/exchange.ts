import type { ClientRequest, IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import { readFileSync } from 'node:fs';
import type { HttpAsk } from './http-request.ts';

/** An answer with as much of its body as was asked for. */
export interface HttpBody {
  readonly status: number;
  readonly body: Buffer;
}

/** Sends the request and reads at most `limitBytes` of the body, for tests that look at it. Rejects with the reason. */
export async function exchange(ask: HttpAsk, limitBytes: number, signal: AbortSignal): Promise<HttpBody> {
  const { request } = ask.tls === undefined ? await import('node:http') : await import('node:https');
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const outgoing: ClientRequest = request(ask.url, optionsOf(ask), (incoming: IncomingMessage) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const finish = (): void => {
        resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).subarray(0, limitBytes) });
        outgoing.destroy();
      };
      incoming.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size >= limitBytes) finish();
      });
      incoming.on('end', finish);
      incoming.on('error', reject);
    });
    outgoing.on('error', reject);
    signal.addEventListener('abort', () => outgoing.destroy(asError(signal.reason)), { once: true });
    outgoing.end();
  });
}

function optionsOf({ method, headers, socket, tls }: HttpAsk): RequestOptions {
  return {
    method,
    headers,
    agent: false,
    ...(socket === undefined ? {} : { socketPath: socket }),
    ...(tls === undefined
      ? {}
      : {
          rejectUnauthorized: tls.verify,
          ...(tls.servername === undefined ? {} : { servername: tls.servername }),
          ...(tls.ca === undefined ? {} : { ca: readFileSync(tls.ca) }),
          ...(tls.cert === undefined ? {} : { cert: readFileSync(tls.cert) }),
          ...(tls.key === undefined ? {} : { key: readFileSync(tls.key) }),
        }),
  };
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
