/** Monotonic time and timers. `setTimer` must not hold the process up by itself. */
export interface CheckClock {
  nowMs(): number;
  setTimer(ms: number, fn: () => void): { cancel(): void };
}

/** Timers may fire a fraction of a millisecond early. */
const EARLY_MS = 1;

/** Things to do at their times, with one timer for the earliest of them: nothing wakes up when nothing is due. */
export class Agenda {
  readonly #clock: CheckClock;
  /** A binary heap by time; each item knows its place in it. */
  readonly #heap: Item[] = [];
  readonly #byKey = new Map<string, Item>();
  #timer: { cancel(): void } | undefined;
  #timerAtMs = Infinity;
  #isRunning = false;

  constructor(clock: CheckClock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#heap.length;
  }

  /** Plans `act` for a moment; what was planned under this key before is forgotten. */
  set(key: string, atMs: number, act: () => void): void {
    const known = this.#byKey.get(key);
    const item: Item = known ?? { key, atMs, act, index: this.#heap.length };
    if (known === undefined) {
      this.#heap.push(item);
      this.#byKey.set(key, item);
    }
    item.atMs = atMs;
    item.act = act;
    this.#rise(item);
    this.#sink(item);
    this.#arm();
  }

  remove(key: string): void {
    const item = this.#byKey.get(key);
    if (item === undefined) return;
    this.#byKey.delete(key);
    const last = this.#heap.pop();
    if (last !== undefined && last !== item) {
      this.#place(last, item.index);
      this.#rise(last);
      this.#sink(last);
    }
    this.#arm();
  }

  clear(): void {
    this.#heap.length = 0;
    this.#byKey.clear();
    this.#arm();
  }

  /** Takes out and does everything that is due. */
  #wake(): void {
    this.#timer = undefined;
    this.#timerAtMs = Infinity;
    this.#isRunning = true;
    const untilMs = this.#clock.nowMs() + EARLY_MS;
    try {
      for (let first = this.#heap[0]; first !== undefined && first.atMs <= untilMs; first = this.#heap[0]) {
        this.remove(first.key);
        first.act();
      }
    } finally {
      this.#isRunning = false;
      this.#arm();
    }
  }

  #arm(): void {
    const atMs = this.#heap[0]?.atMs ?? Infinity;
    if (this.#isRunning || atMs === this.#timerAtMs) return;
    this.#timer?.cancel();
    this.#timerAtMs = atMs;
    this.#timer =
      atMs === Infinity ? undefined : this.#clock.setTimer(Math.max(0, atMs - this.#clock.nowMs()), () => this.#wake());
  }

  #rise(item: Item): void {
    for (;;) {
      const parent = this.#heap[(item.index - 1) >> 1];
      if (item.index === 0 || parent === undefined || parent.atMs <= item.atMs) return;
      this.#swap(item, parent);
    }
  }

  #sink(item: Item): void {
    for (;;) {
      const left = this.#heap[2 * item.index + 1];
      const right = this.#heap[2 * item.index + 2];
      const child = right !== undefined && left !== undefined && right.atMs < left.atMs ? right : left;
      if (child === undefined || child.atMs >= item.atMs) return;
      this.#swap(item, child);
    }
  }

  #swap(a: Item, b: Item): void {
    const index = a.index;
    this.#place(a, b.index);
    this.#place(b, index);
  }

  #place(item: Item, index: number): void {
    item.index = index;
    this.#heap[index] = item;
  }
}

interface Item {
  readonly key: string;
  atMs: number;
  act: () => void;
  index: number;
}
