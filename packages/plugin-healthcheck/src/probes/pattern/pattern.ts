import { parsePattern } from './parse.ts';
import { compile, type Step } from './program.ts';
import { isWordUnit } from './syntax.ts';

/** A compiled pattern. */
export interface Pattern {
  readonly source: string;
  /** Whether the pattern is found anywhere in the text. The time is linear in the text, whatever the pattern. */
  test(text: string): boolean;
}

/**
 * Compiles a pattern: the common part of POSIX extended and JavaScript expressions, without what needs backtracking
 * (back-references, look-around), so that no configuration and no answer can stall the daemon. `^` and `$` are the ends
 * of the text. Throws a `PatternError`.
 */
export function compilePattern(source: string): Pattern {
  const program = compile(parsePattern(source));
  return { source, test: (text) => search(program, text) };
}

/** Walks all possibilities side by side, one set of program positions per character (Thompson's construction). */
function search(program: readonly Step[], text: string): boolean {
  let current: number[] = [];
  let following: number[] = [];
  const seenAt = new Int32Array(program.length).fill(-1);
  for (let at = 0; at <= text.length; at++) {
    if (follow({ program, text, at, seenAt, into: current }, 0)) return true;
    if (at === text.length) return false;
    const unit = text.charCodeAt(at);
    const ahead = { program, text, at: at + 1, seenAt, into: following };
    for (const position of current) {
      const step = program[position];
      if (step?.op === 'char' && step.test(unit) && follow(ahead, position + 1)) return true;
    }
    [current, following] = [following, current];
    following.length = 0;
  }
  return false;
}

interface Walk {
  readonly program: readonly Step[];
  readonly text: string;
  readonly at: number;
  /** The offset at which a position was last added, to add it once. */
  readonly seenAt: Int32Array;
  readonly into: number[];
}

/** Adds a position and all that it leads to without a character. True when the match is complete. */
function follow(walk: Walk, position: number): boolean {
  if (walk.seenAt[position] === walk.at) return false;
  walk.seenAt[position] = walk.at;
  const step = walk.program[position];
  if (step === undefined) return false;
  if (step.op === 'match') return true;
  if (step.op === 'go') return follow(walk, step.next);
  if (step.op === 'fork') return follow(walk, step.next) || follow(walk, step.other);
  if (step.op !== 'char') return holds(step.op, walk) && follow(walk, position + 1);
  walk.into.push(position);
  return false;
}

function holds(assertion: 'start' | 'end' | 'boundary' | 'inside', { text, at }: Walk): boolean {
  if (assertion === 'start') return at === 0;
  if (assertion === 'end') return at === text.length;
  const isBoundary = isWordAt(text, at - 1) !== isWordAt(text, at);
  return assertion === 'boundary' ? isBoundary : !isBoundary;
}

function isWordAt(text: string, at: number): boolean {
  return at >= 0 && at < text.length && isWordUnit(text.charCodeAt(at));
}
