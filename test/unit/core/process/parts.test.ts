import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBatches } from '../../../../packages/core/src/process/batches.ts';
import { parseStat } from '../../../../packages/core/src/process/identity.ts';
import { interpreterOf } from '../../../../packages/core/src/process/interpreter.ts';
import { createLineSplitter } from '../../../../packages/core/src/process/line-splitter.ts';
import { Ring } from '../../../../packages/core/src/process/ring.ts';
import { membersOf, type SweepTarget } from '../../../../packages/core/src/process/sweep.ts';
import { splitEnvironment } from '../../../../packages/core/src/process/wrapper.ts';

describe('a line of /proc/PID/stat', () => {
  const rest = '1 42 42 0 -1 4194560 136 0 0 0 0 0 0 0 20 0 1 0 5417 2924544 200 18446744073709551615';

  it.each(['sleep', 'a b', ') S 1 1 (', '((', 'x) R 0 0 0 0', ''])('is read whatever the name is: (%s)', (name) => {
    expect(parseStat(`42 (${name}) S ${rest}`)).toEqual({
      pid: 42,
      state: 'S',
      parent: 1,
      group: 42,
      session: 42,
      startTime: 5417,
    });
  });

  it.each(['', '42', '42 (sleep', '42 (sleep) S 1 2', 'x (sleep) S 1 42 42'])(
    'is refused when it is cut: %j',
    (line) => {
      expect(parseStat(line)).toBeUndefined();
    },
  );
});

describe('a ring', () => {
  it('holds the last 64 KiB of whatever was pushed', () => {
    const chunk = fc.uint8Array({ maxLength: 70_000, size: 'max' });
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 6 }), (chunks) => {
        const ring = new Ring();
        for (const one of chunks) ring.push(one);
        expect(Buffer.from(ring.content()).equals(Buffer.concat(chunks).subarray(-65_536))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the first line of a script', () => {
  it.each([
    ['echo hello', '/bin/sh', undefined],
    ['', '/bin/sh', undefined],
    ['#!/bin/bash\necho', '/bin/bash', undefined],
    ['#! /usr/bin/env  python3 -u \nprint()', '/usr/bin/env', 'python3 -u'],
    ['#!/bin/sh -e\r\necho', '/bin/sh', '-e'],
    ['#!\necho', '/bin/sh', undefined],
    ['# !/bin/bash', '/bin/sh', undefined],
  ])('%j is run by %s with %s', (head, program, argument) => {
    expect(interpreterOf(head)).toEqual({ program, argument });
  });
});

describe('a line splitter', () => {
  it('gives the same lines however the bytes are cut', () => {
    const text = 'one\ntwo\n\nthree and four\nrest';
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: text.length })), (cuts) => {
        const lines: string[] = [];
        const split = createLineSplitter((line) => lines.push(line));
        const places = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        for (const [index, end] of places.slice(1).entries()) split(Buffer.from(text.slice(places[index], end)));
        expect(lines).toEqual(['one', 'two', '', 'three and four']);
      }),
    );
  });

  it('keeps 4 KiB of a longer line', () => {
    const lines: string[] = [];
    const split = createLineSplitter((line) => lines.push(line));
    split(Buffer.alloc(100_000, 'x'));
    split(Buffer.from('y\nshort\n'));
    expect(lines).toEqual(['x'.repeat(4096), 'short']);
  });
});

describe('an environment', () => {
  it('goes through the shell where the shell leaves it alone, and through env where not', () => {
    const { env, argv } = splitEnvironment({ PATH: '/bin', 'a.b': '1', IFS: ' ', _x: '2' });
    expect(env).toEqual({ PATH: '/bin', _x: '2' });
    expect(argv.slice(1)).toEqual(['a.b=1', 'IFS= ']);
  });
});

describe('batches', () => {
  it('let eight through in a turn', async () => {
    const batches = createBatches(8);
    const order: string[] = [];
    const turn = (): void => {
      order.push('|');
      if (order.length < 23) setImmediate(turn);
    };
    setImmediate(turn);
    const all = Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        await batches.turn();
        order.push(String(index));
      }),
    );
    await all;
    const groups = order
      .join(' ')
      .split('|')
      .map((group) => group.trim().split(' ').filter(Boolean).length);
    expect(Math.max(...groups)).toBe(8);
    expect(order.filter((one) => one !== '|')).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
  });
});

describe('the processes of a service', () => {
  const leader = { pid: 999_999_100, startTime: 1000, bootId: 'this boot' };
  const entry = { state: 'S', parent: 1, group: 1, marker: undefined };
  const target = (memberEndedAtTicks: number | undefined): SweepTarget => ({
    service: 's',
    cgroups: [],
    owns: (marker) => marker === 'p/s/1',
    sessions: [{ id: leader.pid, member: leader, memberEndedAtTicks }],
    isContained: false,
    sinceTicks: 0,
  });
  const old = { ...entry, pid: 2, session: leader.pid, startTime: 1500 };
  const young = { ...entry, pid: 3, session: leader.pid, startTime: 2500 };

  it('are those with its marker', () => {
    const marked = { ...entry, pid: 5, session: 5, startTime: 9000, marker: 'p/s/1' };
    const other = { ...marked, pid: 6, marker: 'p/s/10' };
    expect(membersOf(target(2000), [marked, other])).toEqual([marked]);
  });

  it('are those of its session, as long as one is older than the end of the leader', () => {
    expect(membersOf(target(2000), [old, young])).toEqual([old, young]);
  });

  it('are not those of a later session with the same number', () => {
    expect(membersOf(target(2000), [young])).toEqual([]);
    expect(membersOf(target(undefined), [old])).toEqual([]);
  });
});
