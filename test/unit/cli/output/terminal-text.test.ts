import { expect, it } from 'vitest';
import { forTerminal } from '@tappet/core/runtime';

it.each([
  ['colours stay', '\u001B[1;31mred\u001B[0m\tx\n', '\u001B[1;31mred\u001B[0m\tx\n'],
  ['24 bit colours stay', '\u001B[38:2:1:2:3mx', '\u001B[38:2:1:2:3mx'],
  ['cursor movement goes', 'a\u001B[2J\u001B[10;5Hb', 'ab'],
  ['an 8 bit introducer goes', 'a\u009B2Jb', 'ab'],
  ['a window title goes', 'a\u001B]0;owned\u0007b', 'ab'],
  ['a clipboard write goes', 'a\u001B]52;c;aGk=\u001B\\b', 'ab'],
  ['a device string goes', 'a\u001BP$q"p\u001B\\b', 'ab'],
  ['a string without an end goes up to the line end', 'a\u001B]0;x\nb', 'a\nb'],
  ['a reset goes', 'a\u001Bcb', 'ab'],
  ['carriage returns and bells go', 'a\rb\u0007c\bd', 'abcd'],
  ['a private mode that ends like a colour goes', '\u001B[?25l\u001B[>4;2mx', 'x'],
  ['an unfinished sequence goes', 'a\u001B[12', 'a'],
  ['other text stays', 'grüße 日本 ✓\n', 'grüße 日本 ✓\n'],
])('%s', (_what, text, expected) => {
  expect(forTerminal(text)).toBe(expected);
});
