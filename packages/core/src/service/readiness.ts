import { type Clock, sleep } from '../clock.ts';
import type { OutputChannel } from '../process/contract.ts';

/** One thing that must come true before a service is ready. */
export type Condition = { readonly name: string } & (
  | { readonly kind: 'time'; readonly delayMs: number }
  | { readonly kind: 'promise'; readonly promise: Promise<void> }
  | { readonly kind: 'log'; readonly pattern: RegExp; readonly channel: Pick<OutputChannel, 'subscribe'> }
  | { readonly kind: 'gate'; readonly open: (signal: AbortSignal) => Promise<void> }
);

/** Resolves when all conditions hold, rejects with the first that fails or when the signal aborts. Tells what is still missing. */
export async function waitUntilReady(
  conditions: readonly Condition[],
  options: { clock: Clock; signal: AbortSignal; waiting: (names: readonly string[]) => void },
): Promise<void> {
  const missing = new Set(conditions);
  const tell = (): void => options.waiting([...missing].filter(({ kind }) => kind !== 'gate').map(({ name }) => name));
  tell();
  await Promise.all(
    conditions.map(async (condition) => {
      await fulfil(condition, options);
      missing.delete(condition);
      tell();
    }),
  );
}

function fulfil(condition: Condition, { clock, signal }: { clock: Clock; signal: AbortSignal }): Promise<void> {
  switch (condition.kind) {
    case 'time':
      return sleep(clock, Math.max(0, condition.delayMs), signal);
    case 'promise':
      return condition.promise;
    case 'log':
      return lineThatMatches(condition, signal);
    case 'gate':
      return condition.open(signal);
  }
}

/** Lines are matched up to this many characters, so that a pattern cannot be fed without bound. */
const LONGEST_LINE = 4096;

function lineThatMatches(
  { pattern, channel }: { pattern: RegExp; channel: Pick<OutputChannel, 'subscribe'> },
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    let carry = '';
    const stop = channel.subscribe((chunk) => {
      const lines = (carry + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1')).split(
        '\n',
      );
      carry = (lines.pop() ?? '').slice(0, LONGEST_LINE);
      if (!lines.some((line) => pattern.test(decode(line)))) return;
      stop();
      resolve();
    });
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** latin1 keeps bytes apart while lines are put together; the pattern sees UTF-8. */
function decode(line: string): string {
  return Buffer.from(line.slice(0, LONGEST_LINE), 'latin1').toString('utf8');
}
