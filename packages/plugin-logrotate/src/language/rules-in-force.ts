import type { LogBlock, RotationRules } from './rules.ts';
import type { Session } from './session.ts';

/** What a text has set so far: for everything that follows, and for the block that is being read. */
export class RulesInForce {
  /** Outside of blocks. */
  globals: RotationRules;
  readonly #session: Session;
  readonly #file: string;
  #block: { readonly slot: number; readonly block: LogBlock } | undefined;

  constructor(session: Session, { file, rules }: { file: string; rules: RotationRules }) {
    this.#session = session;
    this.#file = file;
    this.globals = rules;
  }

  get isInBlock(): boolean {
    return this.#block !== undefined;
  }

  /** The names of the block as written; empty outside of blocks. */
  get pattern(): string {
    return this.#block?.block.pattern ?? '';
  }

  get current(): RotationRules {
    return this.#block?.block.rules ?? this.globals;
  }

  set current(rules: RotationRules) {
    if (this.#block === undefined) this.globals = rules;
    else this.#block = { ...this.#block, block: { ...this.#block.block, rules } };
  }

  /** Begins a block for the files behind these names. */
  open({ names, pattern, line }: { names: readonly string[]; pattern: string; line: number }): void {
    const slot = this.#session.reserve();
    const source = { file: this.#file, line };
    const files = this.#session.expandNames({ slot, names, rules: this.globals, place: source });
    this.#block = { slot, block: { pattern, files, rules: this.globals, source } };
  }

  /** Hands the finished block over, after a look at where its old logs are to go. What is wrong with that drops it. */
  close(): string | undefined {
    if (this.#block === undefined) return undefined;
    const { slot, block } = this.#block;
    const problem = this.#session.checkOldDirectory(block);
    if (problem === undefined) this.#session.fill(slot, block);
    else this.#session.release(slot, block.files);
    this.#block = undefined;
    return problem;
  }

  /** Gives the block up. */
  drop(): void {
    if (this.#block === undefined) return;
    this.#session.release(this.#block.slot, this.#block.block.files);
    this.#block = undefined;
  }
}
