/** Work that goes on by itself: nobody awaits it until the very end, and its failure is reported, never lost. */
export class Background {
  readonly #work = new Set<Promise<unknown>>();
  readonly #failed: (error: unknown) => void;

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  add(work: Promise<unknown>): void {
    this.#work.add(work);
    work
      .catch((error: unknown) => this.#failed(error))
      .finally(() => this.#work.delete(work))
      .catch(() => {});
  }

  /** Resolves when everything that goes on now is over, however it ends. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#work);
  }
}
