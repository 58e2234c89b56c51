import { UsageError } from '../usage-error.ts';

/** A whole number given as an option, undefined when it is absent. Throws a UsageError. */
export function countOption(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`cannot use --${name} ${text}: expected a whole number`);
}
