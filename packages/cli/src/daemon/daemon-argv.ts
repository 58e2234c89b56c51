import type { Invocation } from '../command-line/definition.ts';

/** The argument vector that runs the same `tappet up` again, without some of its options. */
export function daemonArgv(
  { args, options }: Pick<Invocation, 'args' | 'options'>,
  { without, entry = process.argv[1] ?? '' }: { without: readonly string[]; entry?: string },
): string[] {
  const words = Object.entries(options).flatMap(([name, value]) => {
    if (without.includes(name) || value === undefined || value === false) return [];
    return value === true ? [`--${name}`] : [`--${name}`, value];
  });
  return [process.execPath, ...process.execArgv, entry, 'up', ...words, '--', ...args];
}
