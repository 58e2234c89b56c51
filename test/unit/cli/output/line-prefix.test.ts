import { describe, expect, it } from 'vitest';
import { Lines, prefixed } from '../../../../packages/cli/src/output/line-prefix.ts';

describe('Lines', () => {
  it('puts lines together across pieces, for each source on its own', () => {
    const lines = new Lines();
    expect(lines.add('a', Buffer.from('on')).toString()).toBe('');
    expect(lines.add('b', Buffer.from('x\ny')).toString()).toBe('x\n');
    expect(lines.add('a', Buffer.from('e\ntwo\nthr')).toString()).toBe('one\ntwo\n');
    expect(lines.rest().map(([source, bytes]) => [source, bytes.toString()])).toEqual([
      ['a', 'thr'],
      ['b', 'y'],
    ]);
    expect(lines.rest()).toEqual([]);
  });

  it('does not wait for ever for the end of a line', () => {
    const lines = new Lines();
    expect(lines.add('a', Buffer.alloc(65_537, 'x'))).toHaveLength(65_537);
  });

  it('keeps a character whole that is cut between two pieces', () => {
    const lines = new Lines();
    const bytes = Buffer.from('ü\n');
    lines.add('a', bytes.subarray(0, 1));
    expect(lines.add('a', bytes.subarray(1)).toString()).toBe('ü\n');
  });
});

describe('prefixed', () => {
  it.each([
    ['one\ntwo\n', 'w | one\nw | two\n'],
    ['no end', 'w | no end\n'],
    ['\n', 'w | \n'],
    ['', ''],
  ])('%j becomes %j', (text, expected) => {
    expect(prefixed(Buffer.from(text), 'w | ').toString()).toBe(expected);
  });
});
