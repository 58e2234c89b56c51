/** Lets work through in small groups, one group for each turn of the event loop, so that requests are answered in between. */
export interface Batches {
  /** Resolves when it is this caller's turn: at once while the group of the current turn has room. */
  turn(): Promise<void> | undefined;
}

export function createBatches(size: number): Batches {
  const waiting: (() => void)[] = [];
  let used = 0;
  let isScheduled = false;

  function nextGroup(): void {
    isScheduled = false;
    used = 0;
    for (const go of waiting.splice(0, size)) {
      used++;
      go();
    }
    if (used > 0) schedule();
  }

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(nextGroup);
  }

  return {
    turn() {
      schedule();
      if (used >= size || waiting.length > 0) return new Promise((resolve) => waiting.push(resolve));
      used++;
      return undefined;
    },
  };
}
