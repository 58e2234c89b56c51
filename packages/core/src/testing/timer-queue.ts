/** A timer of the virtual clock. */
export interface QueuedTimer {
  readonly atMs: number;
  readonly seq: number;
  readonly fire: () => void;
  cancelled: boolean;
}

/** Timers by due time, then by the order in which they were set. A binary heap: a simulated day has millions of them. */
export class TimerQueue {
  #heap: QueuedTimer[] = [];

  /** The timer that is due first; cancelled ones are dropped on the way. */
  peek(): QueuedTimer | undefined {
    while (this.#heap[0]?.cancelled === true) this.#removeFirst();
    return this.#heap[0];
  }

  take(): QueuedTimer | undefined {
    const first = this.peek();
    if (first !== undefined) this.#removeFirst();
    return first;
  }

  add(timer: QueuedTimer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(timer, heap[parent])) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const child = isBefore(heap[left + 1], heap[left]) ? left + 1 : left;
      if (!isBefore(heap[child], last)) return;
      this.#swap(at, child);
      at = child;
    }
  }

  #swap(a: number, b: number): void {
    const first = this.#heap[a];
    const second = this.#heap[b];
    if (first === undefined || second === undefined) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}

function isBefore(a: QueuedTimer | undefined, b: QueuedTimer | undefined): boolean {
  if (a === undefined || b === undefined) return a !== undefined;
  return a.atMs === b.atMs ? a.seq < b.seq : a.atMs < b.atMs;
}
