import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitWords } from '../../../../packages/core/src/plan/words.ts';

describe('a command line is split', () => {
  test.each<{ summary: string; line: string; words: string[] }>([
    { summary: 'nothing', line: '', words: [] },
    { summary: 'blanks only', line: ' \t\n ', words: [] },
    { summary: 'at runs of blanks', line: '  a\t b\n\nc ', words: ['a', 'b', 'c'] },
    { summary: 'not inside single quotes', line: `sh -c 'echo "$HOME" \\n'`, words: ['sh', '-c', 'echo "$HOME" \\n'] },
    { summary: 'not inside double quotes', line: 'a "b  c" d', words: ['a', 'b  c', 'd'] },
    { summary: 'with escapes in double quotes', line: String.raw`"\" \\ \$ \a"`, words: [String.raw`" \ $ \a`] },
    { summary: 'not at escaped blanks', line: String.raw`a\ b \'c`, words: ['a b', "'c"] },
    { summary: 'joining adjacent pieces', line: `a"b"'c'\\d`, words: ['abcd'] },
    { summary: 'keeping empty words', line: `a "" ''`, words: ['a', '', ''] },
    { summary: 'dropping an escaped line end', line: 'a\\\nb "c\\\nd"', words: ['ab', 'cd'] },
    {
      summary: 'with nothing else special',
      line: 'a|b; c>d & *.txt # $x `y`',
      words: 'a|b; c>d & *.txt # $x `y`'.split(' '),
    },
    { summary: 'not inside a reference', line: 'run ${A:-b c} x', words: ['run', '${A:-b c}', 'x'] },
    { summary: 'not inside a nested reference', line: '"${A:-${B:-c d}}" e', words: ['${A:-${B:-c d}}', 'e'] },
  ])('$summary', ({ line, words }) => {
    expect(splitWords(line)).toEqual({ words });
  });

  test.each([
    ["a 'b", 'the single quote at position 3 is never closed'],
    ['a "b', 'the double quote at position 3 is never closed'],
    ['a "b\\', 'the double quote at position 3 is never closed'],
    ['a b\\', 'the backslash at the end escapes nothing'],
    ['a ${B', 'the ${ at position 3 is never closed'],
    ['"${B"', 'the ${ at position 2 is never closed'],
  ])('%j is an error', (line, error) => {
    expect(splitWords(line)).toEqual({ error });
  });

  test('into the words it was made of, however they are quoted', () => {
    const word = fc
      .tuple(fc.string({ maxLength: 12 }), fc.constantFrom('single', 'double', 'backslash'))
      .filter(([text, style]) => style !== 'backslash' || text !== '');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        const line = words.map(([text, style]) => QUOTE[style](text)).join('  ');
        expect(splitWords(line)).toEqual({ words: words.map(([text]) => text) });
      }),
    );
  });
});

const QUOTE = {
  single: (text: string) => `'${text.replaceAll("'", `'"'"'`)}'`,
  double: (text: string) => `"${text.replace(/["\\$`]/g, '\\$&')}"`,
  backslash: (text: string) => text.replace(/[^a-zA-Z0-9\n]/g, '\\$&').replaceAll('\n', "'\n'"),
} as const;
