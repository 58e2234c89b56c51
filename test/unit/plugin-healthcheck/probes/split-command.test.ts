import { execFileSync } from 'node:child_process';
import { splitCommand } from '@tappet/plugin-healthcheck/probes';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('splitCommand', () => {
  it.each([
    ['a b  c', ['a', 'b', 'c']],
    ['a \'b c\' "d e"f', ['a', 'b c', 'd ef']],
    ['a\\ b', ['a b']],
    ['"a\\"b\\\\c\\d"', ['a"b\\c\\d']],
    ["'a\\'", ['a\\']],
    ['"" \'\'', ['', '']],
    ['a\\\nb', ['ab']],
    ['  ', []],
    ['$HOME `x` ; | > *', ['$HOME', '`x`', ';', '|', '>', '*']],
  ])('%j', (line, words) => {
    expect(splitCommand(line)).toEqual(words);
  });

  it.each(['"', "'", "a 'b", '"a\\"'])('refuses %j, whose quote is open', (line) => {
    expect(() => splitCommand(line)).toThrow('is never closed');
  });

  it('splits as sh does', () => {
    const words = fc.array(
      fc.string({ unit: fc.constantFrom('a', ' ', "'", '"', '\\', '\n', '-'), minLength: 1, maxLength: 6 }),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(words, (parts) => {
        const line = parts.map((part) => `'${part.replaceAll("'", `'\\''`)}'`).join(' ');
        expect(splitCommand(line)).toEqual(parts);
      }),
    );
    for (const line of ['a "b\\$c" d\\\'e', `x'y'"z"\\ w`, '"a\\nb" c', `'' "" e`]) {
      const shown = execFileSync('sh', ['-c', `printf '%s\\0' ${line}`])
        .toString()
        .split('\0')
        .slice(0, -1);
      expect(splitCommand(line)).toEqual(shown);
    }
  });
});
