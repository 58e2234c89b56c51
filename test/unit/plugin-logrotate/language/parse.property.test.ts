import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIRECTIVES } from '../../../../packages/plugin-logrotate/src/language/directives.ts';
import { fromBytes } from '../../../../packages/plugin-logrotate/src/names/byte-text.ts';
import { parse } from '../fixtures.ts';

const WORDS = [
  ...Object.keys(DIRECTIVES).filter((word) => word !== 'include'),
  'endscript',
  'nonsense',
  '/log',
  '"',
  "'",
  '\\',
  '~',
  '#',
  '{',
  '}',
  '=',
  '1',
  '10k',
  'x',
  '\r',
  '\0',
  '',
];
const token = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...WORDS) }, fc.string({ maxLength: 6 }));
const soup = fc
  .array(fc.tuple(token, fc.constantFrom(' ', '\n', '\n', '', '\t', '=', '\r\n')), { maxLength: 60 })
  .map((parts) => parts.map(([word, space]) => word + space).join(''));

/** Parsing has to end: what is not done by then has no end. */
const PATIENCE_MS = 20_000;

describe('any text', () => {
  it('made of the words of the language is read without an exception', () => {
    fc.assert(
      fc.property(soup, (text) => {
        const { blocks, messages, hasFailed } = parse(text);
        expect(blocks.every(({ files }) => Array.isArray(files))).toBe(true);
        expect(hasFailed && messages.length === 0).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('made of any bytes is read without an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(() => parse(fromBytes(bytes))).not.toThrow();
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps a good block in front of it', () => {
    fc.assert(
      fc.property(soup, (text) => {
        const { blocks } = parse(`/first {\n  rotate 7\n}\n${text}`);
        expect(blocks[0]?.rules.rotate).toBe(7);
      }),
    );
  });
});

describe('a megabyte', () => {
  const MEGABYTE = 1024 * 1024;
  it.each([
    ['one name', `/${'x'.repeat(MEGABYTE)} {\n}\n`],
    ['one word', 'x'.repeat(MEGABYTE)],
    ['one value', `rotate ${'9'.repeat(MEGABYTE)}\n`],
    ['opening braces', '{'.repeat(MEGABYTE)],
    ['closing braces', `/a {\n rotate x\n${'}'.repeat(MEGABYTE)}`],
    ['quotes', `/a ${'"'.repeat(MEGABYTE)}`],
    ['stars', `/${'*a'.repeat(MEGABYTE / 2)} {\n}\n`],
    ['lost blocks', '/a {\n rotate x\n}\n'.repeat(MEGABYTE / 17)],
    ['scripts without an end', '/a {\n postrotate\n'.repeat(MEGABYTE / 17)],
    ['blanks', ' '.repeat(MEGABYTE)],
    ['carriage returns', 'daily\r'.repeat(MEGABYTE / 6)],
  ])('of %s is read in bounded time', (_, text) => {
    const start = performance.now();
    parse(text);
    expect(performance.now() - start).toBeLessThan(PATIENCE_MS);
  });
});
