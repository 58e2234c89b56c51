import { readFileSync } from 'node:fs';
import { compilePattern } from '@tappet/plugin-monit-compat/library';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { load } from '../load.ts';

const corpus = JSON.parse(readFileSync(new URL('../../../fixtures/monit/verdicts.json', import.meta.url), 'utf8')) as {
  readonly verdicts: readonly (readonly [number, string])[];
};
const words = [
  ...new Set(corpus.verdicts.flatMap(([, text]) => text.split(/(?<=[\s"'{}:;,()@%])|(?=[\s"'{}:;,()@%])/))),
];

it('any text is read to its end, and what is refused has a place', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((parts) => parts.join(' ')),
  );
  fc.assert(
    fc.property(text, fc.constantFrom('strict' as const, 'lenient' as const), (input, mode) => {
      const { issues, accepted } = load(input, mode);
      expect(accepted).toBe(!issues.some(({ severity }) => severity === 'error'));
      for (const issue of issues) expect(issue.line).toBeGreaterThan(0);
    }),
    { numRuns: 2000 },
  );
});

it('cutting a control file anywhere never throws', () => {
  fc.assert(
    fc.property(fc.constantFrom(...corpus.verdicts), fc.nat(400), fc.nat(400), ([, text], from, length) => {
      expect(Array.isArray(load(text.slice(0, from) + text.slice(from + length)).issues)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

it('a long line of openings is read in linear time', () => {
  const started = performance.now();
  for (const piece of [
    '"',
    "'",
    '(',
    '{',
    'check process "',
    'group ',
    'depends on a,',
    'if ',
    'http headers [',
    'start program = "',
    'include ',
    'set mail-format { from: ',
  ]) {
    load(piece.repeat(20_000));
  }
  expect(performance.now() - started).toBeLessThan(20_000);
});

it('any pattern compiles or is refused', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), (text) => {
      const result = compilePattern(text);
      expect(result.ok ? result.pattern.test('abc') : result.why).toBeDefined();
    }),
    { numRuns: 3000 },
  );
});
