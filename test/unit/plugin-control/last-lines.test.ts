import { expect, it } from 'vitest';
import { lastLines } from '../../../packages/plugin-control/src/routes/last-lines.ts';

it.each([
  ['a\nb\nc\n', 2, 'b\nc\n'],
  ['a\nb\nc', 2, 'b\nc'],
  ['a\nb\n', 0, ''],
  ['a\nb\n', 5, 'a\nb\n'],
  ['a\nb\n', Infinity, 'a\nb\n'],
  ['\n\n\n', 2, '\n\n'],
  ['', 3, ''],
  ['\n', 1, '\n'],
])('the last lines of %j, at most %d, are %j', (text, count, expected) => {
  expect(Buffer.from(lastLines(Buffer.from(text), count)).toString()).toBe(expected);
});
