import type { Rate } from './settings.ts';

const NEWLINE = 10;

/** Lets so many lines of each period through; the first line after that tells how many were left out. */
export class RateLimit {
  readonly #rate: Rate;
  readonly #nowMs: () => number;
  #periodEndMs = -Infinity;
  #left = 0;
  #dropped = 0;

  constructor(rate: Rate, nowMs: () => number) {
    this.#rate = rate;
    this.#nowMs = nowMs;
  }

  /** Of whole lines those that may pass. */
  pass(lines: Uint8Array): Uint8Array {
    if (lines.length === 0) return lines;
    const nowMs = this.#nowMs();
    let notice = '';
    if (nowMs >= this.#periodEndMs) {
      notice = this.notice();
      this.#periodEndMs = nowMs + this.#rate.periodMs;
      this.#left = this.#rate.lines;
    }
    let end = 0;
    while (this.#left > 0 && end < lines.length) {
      const next = lines.indexOf(NEWLINE, end);
      end = next === -1 ? lines.length : next + 1;
      this.#left--;
    }
    for (let at = end; at < lines.length; this.#dropped++) {
      const next = lines.indexOf(NEWLINE, at);
      at = next === -1 ? lines.length : next + 1;
    }
    const passed = lines.subarray(0, end);
    return notice === '' ? passed : Buffer.concat([Buffer.from(notice), passed]);
  }

  /** A line that tells how many were left out since the last one; empty when none were. */
  notice(): string {
    if (this.#dropped === 0) return '';
    const notice = `${this.#dropped} lines dropped\n`;
    this.#dropped = 0;
    return notice;
  }

  /** Milliseconds until the notice is due, undefined when there is nothing to tell. */
  get dueInMs(): number | undefined {
    return this.#dropped === 0 ? undefined : Math.max(0, this.#periodEndMs - this.#nowMs());
  }
}
