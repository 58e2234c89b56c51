import { describe, expect, it } from 'vitest';
import { Feed } from '../../../packages/plugin-control/src/server/feed.ts';

class SlowTarget {
  readonly written: string[] = [];
  ended = false;
  room = 0;
  write(chunk: string | Uint8Array): boolean {
    this.written.push(String(chunk));
    this.room--;
    return this.room > 0;
  }
  end(): void {
    this.ended = true;
  }
}

function slowFeed(limitBytes: number): { target: SlowTarget; feed: Feed } {
  const target = new SlowTarget();
  return { target, feed: new Feed(target, { limitBytes, dropped: (weight) => `<${weight} dropped>` }) };
}

describe('Feed', () => {
  it('writes at once while the reader keeps up', () => {
    const { target, feed } = slowFeed(10);
    target.room = 10;
    feed.push('a', 1);
    feed.push('b', 1);
    feed.end();
    expect(target.written).toEqual(['a', 'b']);
    expect(target.ended).toBe(true);
  });

  it('keeps what a slow reader cannot take, in order', () => {
    const { target, feed } = slowFeed(10);
    for (const piece of ['a', 'b', 'c']) feed.push(piece, 1);
    expect(target.written).toEqual(['a']);
    target.room = 10;
    feed.drained();
    feed.push('d', 1);
    expect(target.written).toEqual(['a', 'b', 'c', 'd']);
  });

  it('drops beyond the limit and says how much is missing once the reader has caught up', () => {
    const { target, feed } = slowFeed(4);
    for (const piece of ['aa', 'bb', 'cc', 'dd', 'e']) feed.push(piece, piece.length);
    target.room = 10;
    feed.drained();
    feed.push('f', 1);
    expect(target.written).toEqual(['aa', 'bb', 'cc', '<3 dropped>', 'f']);
  });

  it('goes on dropping until the marker is out, so that the gap is in one place', () => {
    const { target, feed } = slowFeed(4);
    for (const piece of ['a', 'bbb', 'ccc']) feed.push(piece, piece.length);
    target.room = 1;
    feed.drained();
    feed.push('d', 1);
    target.room = 5;
    feed.drained();
    expect(target.written).toEqual(['a', 'bbb', '<3 dropped>', 'd']);
  });

  it('writes what waits before it ends', () => {
    const { target, feed } = slowFeed(10);
    feed.push('a', 1);
    feed.push('b', 1);
    feed.end();
    expect(target.ended).toBe(false);
    target.room = 10;
    feed.drained();
    expect(target.written).toEqual(['a', 'b']);
    expect(target.ended).toBe(true);
  });
});
