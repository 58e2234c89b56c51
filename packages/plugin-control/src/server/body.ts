import type { Readable } from 'node:stream';
import { ControlError } from '@tappet/core';

/** Reads a whole request body. Rejects with a ControlError (413) as soon as it is longer than the limit. */
export function readBody(
  incoming: Readable & { readonly headers: { readonly 'content-length'?: string | undefined } },
  limitBytes: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    if (Number(incoming.headers['content-length'] ?? 0) > limitBytes) {
      reject(tooLarge(limitBytes));
      return;
    }
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limitBytes) {
        incoming.pause();
        reject(tooLarge(limitBytes));
        return;
      }
      chunks.push(chunk);
    });
    incoming.on('end', () => resolve(Buffer.concat(chunks)));
    incoming.on('error', reject);
  });
}

/** The JSON object in a body, `{}` for an empty one. Throws a ControlError (400). */
export function parseBody(body: Buffer): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : String(error));
  }
  if (!isObject(value))
    throw malformed(`expected an object, received ${Array.isArray(value) ? 'an array' : typeof value}`);
  if (Object.hasOwn(value, '__proto__')) throw malformed('the key "__proto__" is not allowed');
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(why: string): ControlError {
  return new ControlError(`cannot read the request body: ${why}`, { code: 'ERR_CONTROL_REQUEST', status: 400 });
}

function tooLarge(limitBytes: number): ControlError {
  return new ControlError(`cannot read the request body: it is longer than ${limitBytes} bytes`, {
    code: 'ERR_CONTROL_REQUEST',
    status: 413,
  });
}
