import type { EventLine, LogBytes } from '@tappet/plugin-control/client';
import { describe, expect, it, vi } from 'vitest';
import { connect } from 'node:net';
import { serveFake } from './serve-fake.ts';

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of source) all.push(item);
  return all;
}

function bytesOf(entries: readonly LogBytes[], service: string): string {
  const own = entries.flatMap((entry) => ('bytes' in entry && entry.service === service ? [entry.bytes] : []));
  return Buffer.concat(own).toString('latin1');
}

describe('events', () => {
  it('shows the last ones and ends', async () => {
    await using served = await serveFake();
    for (let pid = 1; pid <= 300; pid++) served.supervisor.emit({ type: 'spawn', service: 'web', pid, adopted: false });
    const all = await collect(served.client.events());
    expect(all).toHaveLength(256);
    const three = await collect(served.client.events({ recent: 3 }));
    expect(three.map((event) => ('seq' in event ? event.seq : 0))).toEqual([298, 299, 300]);
  });

  it('sends a snapshot first, then what happens, without a gap', async () => {
    await using served = await serveFake();
    served.supervisor.emit({ type: 'spawn', service: 'web', pid: 1, adopted: false });
    const seen: EventLine[] = [];
    for await (const event of served.client.events({ follow: true })) {
      seen.push(event);
      if (seen.length === 1) served.supervisor.emit({ type: 'started', services: 1, failed: [] });
      if (seen.length === 2) break;
    }
    expect(seen).toMatchObject([
      { type: 'snapshot', seq: 1, status: { project: 'fake' } },
      { type: 'started', seq: 2 },
    ]);
  });

  it('ends the stream when the supervisor closes its socket', async () => {
    const served = await serveFake();
    const stream = served.client.events({ follow: true })[Symbol.asyncIterator]();
    await stream.next();
    const disposed = served[Symbol.asyncDispose]();
    expect(await stream.next()).toMatchObject({ done: true });
    await disposed;
  });

  it('stops with the reason of an aborted signal', async () => {
    await using served = await serveFake();
    const abort = new AbortController();
    const stream = served.client.events({ follow: true }, { signal: abort.signal })[Symbol.asyncIterator]();
    await stream.next();
    const next = stream.next();
    abort.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
  });
});

describe('logs', () => {
  it('hands on bytes that are not UTF-8 exactly', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0x0a, 0x80]);
    await using served = await serveFake([{ name: 'web', tail: bytes }]);
    const [entry] = await collect(served.client.logs({ names: ['web'] }));
    expect(entry).toEqual({ service: 'web', stream: 'output', bytes });
  });

  it('sends the last lines of each service, then follows', async () => {
    await using served = await serveFake([
      { name: 'a', tail: '1\n2\n3\n' },
      { name: 'b', tail: 'x\n' },
      { name: 'c', tail: 'not asked for\n' },
    ]);
    const seen: LogBytes[] = [];
    for await (const entry of served.client.logs({ names: ['a', 'b'], lines: 1, follow: true })) {
      seen.push(entry);
      if (seen.length === 2) {
        served.supervisor.output('c', 'no');
        served.supervisor.output('b', 'y\n', 'stderr');
      }
      if (seen.length === 3) break;
    }
    expect(bytesOf(seen, 'a')).toBe('3\n');
    expect(bytesOf(seen, 'b')).toBe('x\ny\n');
    expect(seen[2]).toMatchObject({ stream: 'stderr' });
  });

  it('lets go of the output when the reader goes', async () => {
    await using served = await serveFake([{ name: 'web', tail: 'x\n' }]);
    for await (const entry of served.client.logs({ follow: true })) {
      expect(entry).toBeDefined();
      expect(served.supervisor.outputListeners).toBe(1);
      break;
    }
    await vi.waitFor(() => expect(served.supervisor.outputListeners).toBe(0), { timeout: 10_000 });
  });

  it('drops and counts what a reader that does not read would pile up', async () => {
    await using served = await serveFake([{ name: 'web' }], { streamBytes: 64 * 1024 });
    const connection = connect(served.socket);
    connection.write('GET /v1/logs?follow=1&format=raw HTTP/1.1\r\nHost: tappet\r\nConnection: close\r\n\r\n');
    await vi.waitFor(() => expect(served.supervisor.outputListeners).toBe(1), { timeout: 10_000 });
    connection.pause();
    const chunk = 'x'.repeat(64 * 1024);
    for (let count = 0; count < 100; count++) served.supervisor.output('web', chunk);
    let received = '';
    connection.on('data', (piece) => (received += piece.toString('latin1')));
    connection.resume();
    await vi.waitFor(() => expect(received).toMatch(/\[\d+ bytes dropped\]/), { timeout: 10_000 });
    connection.destroy();
    const dropped = Number(/\[(\d+) bytes dropped\]/.exec(received)?.[1]);
    const arrived = received.split('x').length - 1;
    expect(dropped + arrived).toBe(100 * 64 * 1024);
    expect(dropped).toBeGreaterThan(90 * 64 * 1024);
  });

  it('names an unknown service before it streams anything', async () => {
    await using served = await serveFake();
    await expect(collect(served.client.logs({ names: ['wep'] }))).rejects.toMatchObject({
      status: 404,
      hint: 'did you mean "web"?',
    });
  });
});
