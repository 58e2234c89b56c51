import { describe, expect, it } from 'vitest';
import { linesForTerminal } from '../../../../packages/plugin-logrotate/src/logs/terminal-text.ts';

const shown = (text: string): string => Buffer.from(linesForTerminal(Buffer.from(text))).toString();

describe('lines of a log on a terminal', () => {
  it.each([
    ['cursor and screen', 'a\x1b[2J\x1b[1;1H\x1b[?25lb\n', 'ab\n'],
    ['window title', 'a\x1b]0;owned\x07b\x1b]2;owned\x1b\\c\n', 'abc\n'],
    ['clipboard', 'a\x1b]52;c;ZXZpbA==\x07b\n', 'ab\n'],
    ['questions that the terminal answers', 'a\x1b[6n\x1b[>c\x1bP$qm\x1b\\\x1bZb\n', 'ab\n'],
    ['the forms of one character', 'a\x9b2Jb\x9d0;owned\x9cc\n', 'abc\n'],
    ['a string without an end, which ends with its line', 'a\x1b]0;owned\nnext\n', 'a\nnext\n'],
    ['character sets and resets', 'a\x1b(0b\x1bcd\n', 'abd\n'],
    ['overwriting by carriage return and backspace', 'good\rbad\b\b\bgood\x07\x7f\n', 'goodbadgood\n'],
    ['half a sequence', 'a\x1b[12\nb\x1b\n', 'a\nb\n'],
  ])('cannot do anything with %s', (_, text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it('keep colours, tabs and letters of all scripts', () => {
    const text = '\x1b[1;31mERROR\x1b[0m\té 漢字 😀 \x1b[38:2::1:2:3mx\x1b[m\n';
    expect(shown(text)).toBe(text);
  });
});
