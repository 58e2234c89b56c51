import { globMatch } from '../names/glob-match.ts';

/** Endings of files that an included directory may hold but that are no configuration: editors' and packagers' leftovers. */
export const DEFAULT_TABOO: readonly string[] = [
  ',v',
  '.bak',
  '.cfsaved',
  '.disabled',
  '.dpkg-bak',
  '.dpkg-del',
  '.dpkg-dist',
  '.dpkg-new',
  '.dpkg-old',
  '.dpkg-tmp',
  '.new',
  '.old',
  '.orig',
  '.pacnew',
  '.pacorig',
  '.pacsave',
  '.rhn-cfg-tmp-*',
  '.rpmnew',
  '.rpmorig',
  '.rpmsave',
  '.swp',
  '.ucf-dist',
  '.ucf-new',
  '.ucf-old',
  '~',
].map((ending) => `*${ending}`);

/** The patterns in force after a `tabooext` or `taboopat` line; a leading `+` adds to the list instead of replacing it. */
export function changeTaboo({
  patterns,
  argument,
  isEnding,
}: {
  readonly patterns: readonly string[];
  readonly argument: string;
  /** `tabooext`: the words are endings, not patterns. */
  readonly isEnding: boolean;
}): readonly string[] {
  const isAdding = argument.startsWith('+');
  const words = (isAdding ? argument.slice(1) : argument).split(/[\s,]+/).filter((word) => word !== '');
  const added = words.map((word) => (isEnding ? `*${word}` : word));
  return isAdding ? [...patterns, ...added] : added;
}

/** The first pattern that excludes the file name, undefined when none does. */
export function tabooPattern(name: string, patterns: readonly string[]): string | undefined {
  return patterns.find((pattern) => globMatch(pattern, name, { leadingDot: false }));
}
