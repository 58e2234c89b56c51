import type { Clock } from '../clock.ts';
import { BLOCK_LIMIT_MS } from './tap-trace.ts';

/**
 * Which plugins are not called for a while because they held the event loop. Nothing else runs while a plugin blocks, so one that
 * blocks again and again would leave no turn for status requests and exits: after a block beyond the limit it rests for
 * as long as it has blocked. What cannot wait is skipped meanwhile, what can waits.
 */
export class Rests {
  readonly #clock: Clock;
  readonly #untilMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Tells how long a call of a plugin held the event loop. True when it was beyond the limit. */
  held(plugin: string, blockedMs: number): boolean {
    if (blockedMs < BLOCK_LIMIT_MS) return false;
    this.#untilMs.set(plugin, this.#clock.nowMs() + blockedMs);
    return true;
  }

  /** How long a plugin still rests; 0 when it does not. */
  leftMs(plugin: string): number {
    // Nobody blocks, most of the time: then this costs nothing.
    if (this.#untilMs.size === 0) return 0;
    const leftMs = (this.#untilMs.get(plugin) ?? 0) - this.#clock.nowMs();
    if (leftMs > 0) return leftMs;
    this.#untilMs.delete(plugin);
    return 0;
  }
}
