import { type CharTest, type Node, PatternError } from './syntax.ts';

/** One step of a compiled pattern; `next` and `other` are positions in the program. */
export type Step =
  | { readonly op: 'char'; readonly test: CharTest }
  | Fork
  | Go
  | { readonly op: 'start' | 'end' | 'boundary' | 'inside' | 'match' };

/** Both ways are possible. */
interface Fork {
  readonly op: 'fork';
  next: number;
  other: number;
}

interface Go {
  readonly op: 'go';
  next: number;
}

/** Steps of a program at most: with 64 KiB of text it bounds the work of one match to some tens of milliseconds. */
export const MOST_STEPS: number = 300;

/** Compiles a parsed pattern. Throws a `PatternError` when it gets too large. */
export function compile(node: Node): readonly Step[] {
  const program: Step[] = [];
  emit(node, program);
  append(program, { op: 'match' });
  return program;
}

function emit(node: Node, program: Step[]): void {
  switch (node.kind) {
    case 'char':
      return append(program, { op: 'char', test: node.test });
    case 'sequence':
      for (const part of node.parts) emit(part, program);
      return;
    case 'choice':
      return emitChoice(node.parts, program);
    case 'repeat':
      return emitRepeat(node, program);
    case 'start':
    case 'end':
    case 'boundary':
    case 'inside':
      return append(program, { op: node.kind });
  }
}

function emitChoice(parts: readonly Node[], program: Step[]): void {
  const exits: Go[] = [];
  parts.forEach((part, index) => {
    if (index === parts.length - 1) return emit(part, program);
    const fork: Fork = { op: 'fork', next: program.length + 1, other: 0 };
    append(program, fork);
    emit(part, program);
    const exit: Go = { op: 'go', next: 0 };
    append(program, exit);
    exits.push(exit);
    fork.other = program.length;
  });
  for (const exit of exits) exit.next = program.length;
}

function emitRepeat({ part, least, most }: Extract<Node, { kind: 'repeat' }>, program: Step[]): void {
  for (let count = 0; count < least; count++) emit(part, program);
  if (most === Infinity) {
    const loop: Fork = { op: 'fork', next: program.length + 1, other: 0 };
    const start = program.length;
    append(program, loop);
    emit(part, program);
    append(program, { op: 'go', next: start });
    loop.other = program.length;
    return;
  }
  const skips: Fork[] = [];
  for (let count = least; count < most; count++) {
    const skip: Fork = { op: 'fork', next: program.length + 1, other: 0 };
    skips.push(skip);
    append(program, skip);
    emit(part, program);
  }
  for (const skip of skips) skip.other = program.length;
}

function append(program: Step[], step: Step): void {
  if (program.length >= MOST_STEPS) throw new PatternError('it is too large', 0);
  program.push(step);
}
