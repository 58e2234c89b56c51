export type PatternResult =
  { readonly ok: true; readonly pattern: RegExp } | { readonly ok: false; readonly why: string };

/**
 * Compiles a POSIX extended regular expression, which is what the language means by a pattern, into a JavaScript one.
 * Refuses what `regcomp` refuses. Back-references and look-around of JavaScript do not exist here.
 */
export function compilePattern(text: string, flags = ''): PatternResult {
  const translated = translate(text);
  if (!translated.ok) return translated;
  try {
    return { ok: true, pattern: new RegExp(translated.source, flags) };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}

const CLASSES: ReadonlyMap<string, string> = new Map([
  ['alpha', 'A-Za-z'],
  ['digit', '0-9'],
  ['alnum', 'A-Za-z0-9'],
  ['upper', 'A-Z'],
  ['lower', 'a-z'],
  ['space', String.raw`\s`],
  ['blank', String.raw` \t`],
  ['punct', String.raw`!-\/:-@\[-\`{-~`],
  ['xdigit', '0-9A-Fa-f'],
  ['cntrl', String.raw`\x00-\x1f\x7f`],
  ['print', String.raw`\x20-\x7e`],
  ['graph', String.raw`\x21-\x7e`],
]);

type Translation = { readonly ok: true; readonly source: string } | { readonly ok: false; readonly why: string };

function translate(text: string): Translation {
  let source = '';
  let depth = 0;
  // True where an operator has nothing to repeat: at the start, after ( and |, after ^.
  let bare = true;
  for (let at = 0; at < text.length;) {
    const letter = text[at] ?? '';
    if (letter === '[') {
      const bracket = translateBracket(text, at);
      if (!bracket.ok) return bracket;
      source += bracket.source;
      at = bracket.end;
      bare = false;
      continue;
    }
    if (letter === '{') {
      if (bare) return { ok: false, why: 'a repetition has nothing to repeat' };
      const bound = /^\{(\d*)(?:,(\d*))?\}/.exec(text.slice(at));
      if (bound === null)
        return {
          ok: false,
          why: text.includes('}', at) ? 'the braces hold no repetition count' : 'a { is never closed',
        };
      const low = bound[1] === '' ? 0 : Number(bound[1]);
      const high = bound[2] === undefined || bound[2] === '' ? low : Number(bound[2]);
      if (low > 32_767 || high > 32_767) return { ok: false, why: 'the repetition count is too large' };
      if (high < low) return { ok: false, why: 'the repetition count ends below its start' };
      source = closeRepeat(source) + (bound[0].startsWith('{,') ? `{0${bound[0].slice(1)}` : bound[0]);
      at += bound[0].length;
      continue;
    }
    if (letter === '*' || letter === '+' || letter === '?') {
      if (bare) return { ok: false, why: `a ${letter} has nothing to repeat` };
      source = closeRepeat(source) + letter;
      at += 1;
      continue;
    }
    if (letter === '\\') {
      if (at + 1 >= text.length) return { ok: false, why: 'the pattern ends with a backslash' };
      source += escapeLetter(text[at + 1] ?? '');
      at += 2;
      bare = false;
      continue;
    }
    if (letter === '(') depth += 1;
    if (letter === ')') {
      if (depth === 0) {
        source += String.raw`\)`;
        at += 1;
        bare = false;
        continue;
      }
      depth -= 1;
    }
    source += letter === '}' || letter === ']' || letter === '/' ? `\\${letter}` : letter;
    bare = letter === '(' || letter === '|' || letter === '^';
    at += 1;
  }
  return depth > 0 ? { ok: false, why: 'a ( is never closed' } : { ok: true, source };
}

// `a**` is legal in POSIX: repeat the repetition. JavaScript wants a group around it.
function closeRepeat(source: string): string {
  return /(?:^|[^\\])(?:[*+?]|\{\d*,?\d*\})$/.test(source) ? `(?:${source})` : source;
}

function escapeLetter(letter: string): string {
  if (/[wWsSbB]/.test(letter)) return `\\${letter}`;
  if (letter === '<' || letter === '>') return String.raw`\b`;
  if (letter === '`') return '^';
  if (letter === "'") return '$';
  return /[a-z0-9]/i.test(letter) ? letter : `\\${letter}`;
}

function translateBracket(
  text: string,
  start: number,
): { readonly ok: true; readonly source: string; readonly end: number } | { readonly ok: false; readonly why: string } {
  let at = start + 1;
  let source = '[';
  if (text[at] === '^') {
    source += '^';
    at += 1;
  }
  const first = at;
  for (; at < text.length;) {
    const letter = text[at] ?? '';
    if (letter === ']' && at > first) return { ok: true, source: `${source}]`, end: at + 1 };
    const named = /^\[:([a-z]*):\]/.exec(text.slice(at, at + 12));
    if (named !== null) {
      const members = CLASSES.get(named[1] ?? '');
      if (members === undefined) return { ok: false, why: `"${named[1]}" is not a character class` };
      source += members;
      at += named[0].length;
      continue;
    }
    const low = letter;
    if (text[at + 1] === '-' && text[at + 2] !== ']' && text[at + 2] !== undefined) {
      const high = text[at + 2] ?? '';
      if (high < low) return { ok: false, why: `the range ${low}-${high} runs backwards` };
      source += `${escapeMember(low)}-${escapeMember(high)}`;
      at += 3;
      continue;
    }
    source += escapeMember(letter);
    at += 1;
  }
  return { ok: false, why: 'a [ is never closed' };
}

function escapeMember(letter: string): string {
  return /[\\\]^[-]/.test(letter) ? `\\${letter}` : letter;
}
