/** Bytes that all sinks together may hold back while their files cannot be written. */
export interface MemoryBudget {
  /** True, and counted, when there is room for so many bytes more. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

export function memoryBudget(limit: number): MemoryBudget {
  let used = 0;
  return {
    take(bytes) {
      if (used + bytes > limit) return false;
      used += bytes;
      return true;
    },
    give(bytes) {
      used -= bytes;
    },
  };
}

/** One for the whole process: a hundred services on one full disk must not need a hundred times the memory. */
export const sharedBudget: MemoryBudget = memoryBudget(8 * 1024 * 1024);
