import type { Clock, OutputStream } from '@tappet/core';
import { stripAnsi } from './ansi.ts';
import { jsonLines } from './json-lines.ts';
import { RateLimit } from './rate-limit.ts';
import type { LineOptions } from './settings.ts';
import { Stamper } from './stamp.ts';
import { WholeLines } from './whole-lines.ts';

/** Changes what one stream of a service writes, on its way into the file. */
export interface Decorator {
  /** The result is only valid during the call that made it. */
  add(chunk: Uint8Array): Uint8Array;
  /** A notice that is due, and what waited for the end of its line. To be called last. */
  rest(): Uint8Array;
  /** Milliseconds until a notice about left out lines is due, undefined when there is none. */
  readonly dueInMs: number | undefined;
  /** The notice that is due. */
  notice(): Uint8Array;
}

/** Undefined when the bytes stay as they are. */
export function decorator(
  options: LineOptions,
  { service, stream, clock }: { service: string; stream: OutputStream; clock: Clock },
): Decorator | undefined {
  const { timestamps, json, stripAnsi: isStripped, rate } = options;
  if (!timestamps && !json && !isStripped && rate === undefined) return undefined;
  const stamper = timestamps && !json ? new Stamper(() => clock.wallMs()) : undefined;
  const lines = json || isStripped || rate !== undefined ? new WholeLines() : undefined;
  const limit = rate === undefined ? undefined : new RateLimit(rate, () => clock.nowMs());

  const dress = (whole: Uint8Array): Uint8Array => {
    const clean = isStripped ? stripAnsi(whole) : whole;
    const enveloped = json ? jsonLines(clean, { service, stream, wallMs: clock.wallMs() }) : clean;
    return stamper?.add(enveloped) ?? enveloped;
  };
  const notice = (): Uint8Array => dress(Buffer.from(limit?.notice() ?? ''));
  return {
    add(chunk) {
      const whole = lines?.add(chunk) ?? chunk;
      return dress(limit?.pass(whole) ?? whole);
    },
    rest: () => Buffer.concat([dress(lines?.rest() ?? new Uint8Array(0)).slice(), notice()]),
    get dueInMs() {
      return limit?.dueInMs;
    },
    notice,
  };
}
