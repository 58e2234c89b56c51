/**
 * Whether a name matches a shell pattern: `*`, `?`, `[a-z]`, `[!a-z]`, `[[:digit:]]` and backslash escapes.
 * A leading dot must be matched by a dot. Runs in time proportional to pattern × name, whatever the pattern.
 */
export function globMatch(
  pattern: string,
  name: string,
  { leadingDot = true }: { leadingDot?: boolean } = {},
): boolean {
  if (leadingDot && name.startsWith('.') && !pattern.startsWith('.') && !pattern.startsWith('\\.')) return false;
  let p = 0;
  let n = 0;
  let starAt = -1;
  let starName = 0;
  while (n < name.length) {
    if (pattern[p] === '*') {
      starAt = p++;
      starName = n;
      continue;
    }
    const next = p < pattern.length ? matchOne(pattern, p, name[n] ?? '') : -1;
    if (next >= 0) {
      p = next;
      n += 1;
    } else if (starAt >= 0) {
      p = starAt + 1;
      n = ++starName;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}

/** Whether the text has a character that {@link globMatch} treats specially. */
export function hasMagic(text: string): boolean {
  return /[*?[]/.test(text.replace(/\\./g, ''));
}

/** The literal text behind backslash escapes. */
export function unescapePattern(text: string): string {
  return text.replace(/\\(.)/gs, '$1');
}

/** Position in the pattern after one element that matches the character, -1 when it does not match. */
function matchOne(pattern: string, at: number, character: string): number {
  const element = pattern[at];
  if (element === '?') return at + 1;
  if (element === '[') {
    const set = matchSet(pattern, at, character);
    if (set !== undefined) return set.isMatch ? set.next : -1;
  }
  if (element === '\\' && at + 1 < pattern.length) return pattern[at + 1] === character ? at + 2 : -1;
  return element === character ? at + 1 : -1;
}

/** Undefined when the bracket is never closed: then it stands for itself. */
function matchSet(pattern: string, at: number, character: string): { isMatch: boolean; next: number } | undefined {
  let p = at + 1;
  const isNegated = pattern[p] === '!' || pattern[p] === '^';
  if (isNegated) p += 1;
  let isMatch = false;
  for (let isFirst = true; p < pattern.length; isFirst = false) {
    if (pattern[p] === ']' && !isFirst) return { isMatch: isMatch !== isNegated, next: p + 1 };
    const named = /^\[:([a-z]+):\]/.exec(pattern.slice(p, p + 12));
    if (named !== null) {
      isMatch ||= CLASSES[named[1] ?? '']?.test(character) ?? false;
      p += named[0].length;
      continue;
    }
    if (pattern[p] === '\\') p += 1;
    const low = pattern[p] ?? '';
    p += 1;
    if (pattern[p] === '-' && pattern[p + 1] !== undefined && pattern[p + 1] !== ']') {
      if (pattern[p + 1] === '\\') p += 1;
      isMatch ||= low <= character && character <= (pattern[p + 1] ?? '');
      p += 2;
    } else {
      isMatch ||= low === character;
    }
  }
  return undefined;
}

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[0-9A-Za-z]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  digit: /[0-9]/,
  lower: /[a-z]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /\s/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};
