import { virtualClock } from '@tappet/core/testing';
import { describe, expect, it } from 'vitest';
import { Connections } from '../../../packages/plugin-control/src/server/connections.ts';

class FakeSocket {
  readonly name: string;
  destroyed = false;
  constructor(name: string) {
    this.name = name;
  }
  destroy(): void {
    this.destroyed = true;
  }
}

function setup(connections = 2): {
  clock: ReturnType<typeof virtualClock>;
  table: Connections<FakeSocket>;
  open: (name: string) => FakeSocket;
} {
  const clock = virtualClock();
  const table = new Connections<FakeSocket>(clock, { connections, requestMs: 5000 });
  return {
    clock,
    table,
    open(name) {
      const socket = new FakeSocket(name);
      table.add(socket);
      return socket;
    },
  };
}

describe('Connections', () => {
  it('closes the oldest one that is not being served for a new one', async () => {
    const { clock, table, open } = setup();
    const first = open('first');
    await clock.advance(10);
    const second = open('second');
    table.serve(first);
    open('third');
    expect([first.destroyed, second.destroyed]).toEqual([false, true]);
    expect(table.size).toBe(2);
  });

  it('turns a new one away when all are being served', () => {
    const { table, open } = setup();
    table.serve(open('a'));
    table.serve(open('b'));
    expect(table.add(new FakeSocket('c'))).toBe(false);
    expect(table.size).toBe(2);
  });

  it('closes one that sends no whole request in time', async () => {
    const { clock, open } = setup();
    const socket = open('slow');
    await clock.advance(4999);
    expect(socket.destroyed).toBe(false);
    await clock.advance(1);
    expect(socket.destroyed).toBe(true);
  });

  it('counts again from the end of an answer, and not at all while it is being served', async () => {
    const { clock, table, open } = setup();
    const socket = open('keep-alive');
    table.serve(socket);
    await clock.advance(60_000);
    expect(socket.destroyed).toBe(false);
    table.rest(socket);
    await clock.advance(4000);
    table.serve(socket);
    table.rest(socket);
    await clock.advance(4999);
    expect(socket.destroyed).toBe(false);
    await clock.advance(1);
    expect(socket.destroyed).toBe(true);
  });

  it('has no timer while nothing can become overdue', async () => {
    const { clock, table, open } = setup();
    const socket = open('a');
    table.serve(socket);
    await clock.advance(5000);
    expect(clock.pendingTimers).toBe(0);
    table.rest(socket);
    expect(clock.pendingTimers).toBe(1);
    table.remove(socket);
    expect(clock.pendingTimers).toBe(0);
  });
});
