import type { WebhookOptions } from '../schema.ts';
import { DeliveryFailure } from './failure.ts';

const TIMEOUT_MS = 5000;

/** Posts one event as JSON. Rejects when the answer is not 2xx, or does not come within five seconds; an answer that will stay so is final. */
export async function postWebhook(
  { url, headers }: WebhookOptions,
  body: Readonly<Record<string, string | boolean>>,
): Promise<void> {
  const { request } = url.startsWith('https:') ? await import('node:https') : await import('node:http');
  const payload = JSON.stringify(body);
  await new Promise<void>((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method: 'POST',
        agent: false,
        timeout: TIMEOUT_MS,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(payload),
          'user-agent': 'tappet monit-compat',
          ...headers,
        },
      },
      (incoming) => {
        incoming.resume();
        const status = incoming.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve();
        else
          reject(new DeliveryFailure(`the webhook answers with status ${status}`, isFinal(status) ? 'never' : 'any'));
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`the webhook does not answer within ${TIMEOUT_MS} ms`)));
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}

/** A request that is wrong stays wrong; these three ask for patience. */
function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429;
}
