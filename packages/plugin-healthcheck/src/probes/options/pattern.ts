import * as v from 'valibot';
import { compilePattern } from '../pattern/pattern.ts';

/** A pattern option: kept as its source, checked to be one. */
export const patternOption: v.GenericSchema<unknown, string> = v.pipe(
  v.string('must be text'),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    try {
      compilePattern(dataset.value);
    } catch (error) {
      addIssue({ message: `is not a usable pattern: ${error instanceof Error ? error.message : String(error)}` });
    }
  }),
);
