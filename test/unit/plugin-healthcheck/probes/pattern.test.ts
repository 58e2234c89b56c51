import { compilePattern, PatternError } from '@tappet/plugin-healthcheck/probes';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** Sources that mean the same here and in JavaScript. */
const atom = fc.constantFrom(
  'a',
  'b',
  'c',
  '.',
  '\\d',
  '\\w',
  '\\s',
  '[ab]',
  '[^a]',
  '[a-c]',
  '[^\\d]',
  '\\.',
  '1',
  ' ',
  '\\b',
  '\\B',
  '^',
  '$',
);
const times = fc.constantFrom('', '', '*', '+', '?', '*?', '{2}', '{1,2}', '{0,}');

/** Choices of sequences of these parts. JavaScript repeats no assertion. Short, or JavaScript itself backtracks for minutes. */
function choicesOf(part: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const repeated = fc.tuple(part, times).map(([one, often]) => (/^(\^|\$|\\b|\\B)$/.test(one) ? one : one + often));
  const sequence = fc.array(repeated, { maxLength: 3 }).map((parts) => parts.join(''));
  return fc.array(sequence, { minLength: 1, maxLength: 3 }).map((choices) => choices.join('|'));
}

const group = fc.tuple(fc.constantFrom('(', '(?:'), choicesOf(atom)).map(([open, inner]) => `${open}${inner})`);
const source = choicesOf(fc.oneof({ weight: 3, arbitrary: atom }, { weight: 1, arbitrary: group }));

describe('a pattern', () => {
  it('finds what JavaScript finds', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', ' ', '.', '\n', '_'), maxLength: 8 });
    fc.assert(
      fc.property(source, text, (pattern, subject) => {
        fc.pre(outcome(pattern) !== 'PatternError: it is too large');
        expect(compilePattern(pattern).test(subject)).toBe(new RegExp(pattern).test(subject));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['[[:alpha:]]+[[:digit:]]', 'abc1', true],
    ['^[[:upper:]]', 'abc', false],
    ['[[:xdigit:]]{4}', 'zzbeef', true],
    ['[]x]', ']', true],
    ['[^]x]', 'x', false],
    ['[a-]', '-', true],
    ['\\x', 'x', true],
    ['a{,2}', 'a{,2}', true],
    ['{', '{', true],
    ['\\tb\\n', '\tb\n', true],
    ['', '', true],
    ['a||b', '', true],
    ['(a*)*$', 'b', true],
    ['ü.*ß', 'xüaßy', true],
  ])('%j in %j: %j', (pattern, text, found) => {
    expect(compilePattern(pattern).test(text)).toBe(found);
  });

  it.each([
    ['(', 'a "(" is never closed'],
    [')', 'a ")" has no "("'],
    ['[a', 'a "[" is never closed'],
    ['*a', '"*" repeats nothing'],
    ['a{3,1}', 'the repetition {3,1} runs backwards'],
    ['a{1000}', 'the repetition {1000} is above 100'],
    ['[z-a]', 'a range in brackets runs backwards'],
    ['[[:nope:]]', 'there is no class [:nope:]'],
    ['a\\', 'it ends with a lone backslash'],
    ['[\\', 'it ends with a lone backslash'],
    ['(a)\\1', 'back-references cannot be matched in linear time'],
    ['(?<name>a)', 'look-around and named groups cannot be matched in linear time'],
    ['((a{99}){99}){99}', 'it is too large'],
    ['('.repeat(60), 'its groups are nested too deep'],
  ])('refuses %j', (pattern, message) => {
    expect(() => compilePattern(pattern)).toThrow(expect.objectContaining({ name: 'PatternError', message }));
  });

  it('is a pattern or a PatternError for any text', () => {
    fc.assert(
      fc.property(fc.string(), (pattern) => {
        expect(outcome(pattern)).toMatch(/^(found|not found|PatternError: .+)$/);
      }),
    );
  });

  it('takes linear time where backtracking would take for ever', () => {
    const beganMs = performance.now();
    expect(compilePattern('^(a+)+(a|aa)*(a*)*$').test(`${'a'.repeat(65_535)}b`)).toBe(false);
    expect(performance.now() - beganMs).toBeLessThan(5000);
  });
});

function outcome(pattern: string): string {
  try {
    return compilePattern(pattern).test('any text') ? 'found' : 'not found';
  } catch (error) {
    return error instanceof PatternError ? String(error) : `crash ${String(error)}`;
  }
}
