import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineFinder } from '../../../../packages/plugin-logrotate/src/logs/find-lines.ts';

const found = (pattern: RegExp, block: Buffer): string[] =>
  lineFinder(pattern)(block).map((line) => line.toString('latin1'));

/** Each line on its own, as grep would. */
function oneByOne(pattern: RegExp, block: Buffer): string[] {
  const lines = block.toString('latin1').split('\n').slice(0, -1);
  return lines.filter((line) => pattern.test(Buffer.from(line, 'latin1').toString('utf8'))).map((line) => `${line}\n`);
}

/** A block in which they differ from those that match one by one. */
function difference(pattern: RegExp, blocks: fc.Arbitrary<Buffer>): Buffer | undefined {
  const property = fc.property(blocks, (block) => found(pattern, block).join() === oneByOne(pattern, block).join());
  return fc.check(property).counterexample?.[0];
}

const PATTERNS = [
  /b/,
  /^b/,
  /b$/,
  /^$/,
  /a[^c]*b/,
  /a\s+b/,
  /a\s*$/,
  /\Bb/,
  /(?<!a)b/,
  /b(?![^]*a)/,
  /a(?=[^]*b)/,
  /é+b?/,
  /[^a]/,
  /^\s*b/,
  /a.b|bb/i,
  /\W/,
];

describe('lines that match', () => {
  it.each(PATTERNS)('are found in a block as one by one: %s', (pattern) => {
    const piece = fc.constantFrom('a', 'b', 'c', ' ', 'é', '\r', '\u2028', '😀', '\n', '\n');
    const blocks = fc.array(piece, { maxLength: 60 }).map((pieces) => Buffer.from(`${pieces.join('')}\n`));
    expect(difference(pattern, blocks)).toBeUndefined();
  });

  it.each([/a.b/, /b$/, /x/])('are found between bytes that are no text: %s', (pattern) => {
    const piece = fc.constantFrom(0x61, 0x62, 0x78, 0x0a, 0xff, 0xc3, 0);
    const blocks = fc.array(piece, { maxLength: 60 }).map((bytes) => Buffer.from([...bytes, 0x0a]));
    expect(difference(pattern, blocks)).toBeUndefined();
  });

  it('are found by a text without being decoded', () => {
    expect(found(/b b/, Buffer.from('b b\nab\nxb b\xff\n', 'latin1'))).toEqual(['b b\n', 'xb b\xff\n']);
  });
});
