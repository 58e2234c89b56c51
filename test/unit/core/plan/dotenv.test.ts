import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseVariableFile } from '../../../../packages/core/src/plan/dotenv.ts';

describe('a file of variables', () => {
  test.each<{ summary: string; text: string; variables: Record<string, string> }>([
    { summary: 'empty', text: '', variables: {} },
    { summary: 'with comments and blank lines', text: '# a\n\n  # b\nA=1\n', variables: { A: '1' } },
    {
      summary: 'with Windows line ends and a byte order mark',
      text: '\uFEFFA=1\r\nB=2\r\n',
      variables: { A: '1', B: '2' },
    },
    { summary: 'with export and blanks', text: 'export A = 1 \n B=2', variables: { A: '1', B: '2' } },
    { summary: 'with a comment after a value', text: 'A=1 # one\nB=a#b', variables: { A: '1', B: 'a#b' } },
    { summary: 'with an empty value', text: 'A=\nB= # none\nC=""', variables: { A: '', B: '', C: '' } },
    { summary: 'with equals signs in a value', text: 'URL=http://x/?a=b', variables: { URL: 'http://x/?a=b' } },
    { summary: 'with single quotes', text: String.raw`A='x # \n $B' # c`, variables: { A: String.raw`x # \n $B` } },
    { summary: 'with double quotes', text: String.raw`A="x\ty\"\\\$ # z\q"`, variables: { A: 'x\ty"\\$ # z\\q' } },
    {
      summary: 'with a value of several lines',
      text: 'A="one\ntwo"\nB=\'three\nfour\'\n',
      variables: { A: 'one\ntwo', B: 'three\nfour' },
    },
    { summary: 'with nothing expanded', text: 'A=$B ${C}', variables: { A: '$B ${C}' } },
    { summary: 'in which the later wins', text: 'A=1\nA=2', variables: { A: '2' } },
  ])('$summary', ({ text, variables }) => {
    expect(parseVariableFile(text)).toEqual({ variables, errors: [] });
  });

  test('reports every bad line and keeps the good ones', () => {
    expect(parseVariableFile('A=1\nnonsense\n2B=x\nC="open\nD=1').errors).toEqual([
      { line: 2, message: 'expected KEY=VALUE, received "nonsense"' },
      { line: 3, message: '"2B" is no name of a variable' },
      { line: 4, message: 'the quote " is never closed' },
    ]);
    expect(parseVariableFile('A="1" 2\nB=3')).toEqual({
      variables: { B: '3' },
      errors: [{ line: 1, message: 'unexpected "2" after the closing quote' }],
    });
    expect(parseVariableFile('C="open\nD=1').variables).toEqual({ D: '1' });
  });

  test('gives back any value that was written in double quotes', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const quoted = value.replace(/["\\$`]/g, '\\$&').replaceAll('\r', '\\r');
        expect(parseVariableFile(`A="${quoted}"\n`)).toEqual({ variables: { A: value }, errors: [] });
      }),
    );
  });
});
