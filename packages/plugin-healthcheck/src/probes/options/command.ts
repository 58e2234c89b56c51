import * as v from 'valibot';
import { splitCommand } from '../split-command.ts';

const WHY = 'must be a command as text, or a list of its words';

/** A command: one text, split as a shell does but without running one, or the list of its words. */
export const commandOption: v.GenericSchema<unknown, readonly string[]> = v.pipe(
  v.unknown(),
  v.rawTransform<unknown, readonly string[]>(({ dataset, addIssue, NEVER }) => {
    const words = wordsOf(dataset.value);
    if (typeof words !== 'string' && words.length > 0 && words[0] !== '') return words;
    addIssue({ message: typeof words === 'string' ? words : 'must not be empty' });
    return NEVER;
  }),
);

function wordsOf(value: unknown): string[] | string {
  if (Array.isArray(value)) return value.every((word) => typeof word === 'string') ? value : WHY;
  if (typeof value !== 'string') return WHY;
  if (value.includes('\0')) return 'holds a zero byte';
  try {
    return splitCommand(value);
  } catch (error) {
    return error instanceof Error ? error.message : WHY;
  }
}
