import type { AlertMail } from '../engine/alert-mail.ts';

/** One thing on its way out: plain data, so that it can wait in a file. */
export type Delivery =
  | { readonly kind: 'mail'; readonly mail: AlertMail }
  | { readonly kind: 'webhook'; readonly body: Readonly<Record<string, string | boolean>> };

/** A delivery read back from a file, undefined when it is none. */
export function parseDelivery(text: string): Delivery | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  if (value['kind'] === 'webhook' && isRecord(value['body'])) return { kind: 'webhook', body: flat(value['body']) };
  const { mail } = value;
  if (value['kind'] !== 'mail' || !isRecord(mail)) return undefined;
  const { to, from, replyTo, subject, text: body } = mail;
  if (typeof to !== 'string' || typeof from !== 'string' || typeof subject !== 'string' || typeof body !== 'string')
    return undefined;
  return {
    kind: 'mail',
    mail: { to, from, subject, text: body, replyTo: typeof replyTo === 'string' ? replyTo : undefined },
  };
}

function flat(record: Record<string, unknown>): Record<string, string | boolean> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, typeof value === 'boolean' ? value : String(value)]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
