import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { consoleSink, consoleWriter, systemClock } from '@tappet/core';
import { describe, expect, it } from 'vitest';

function collect(): { sink: ReturnType<typeof consoleSink>; text(): string; calls: Buffer[] } {
  const calls: Buffer[] = [];
  const sink = consoleSink({ prefix: 'web | ', write: (lines) => void calls.push(Buffer.from(lines)) });
  return { sink, calls, text: () => Buffer.concat(calls).toString('latin1') };
}

describe('a console sink', () => {
  it('puts the name before each line', () => {
    const { sink, text } = collect();
    sink.write(Buffer.from('one\ntwo\n\nthree\n'));
    expect(text()).toBe('web | one\nweb | two\nweb | \nweb | three\n');
  });

  it('passes whole lines on, however the chunks are cut', () => {
    const { sink, calls, text } = collect();
    for (const byte of Buffer.from('one\ntwo\nthr')) sink.write(Buffer.from([byte]));
    expect(calls).toHaveLength(2);
    sink.close();
    expect(text()).toBe('web | one\nweb | two\nweb | thr\n');
  });

  it('does not decode', () => {
    const { sink, text } = collect();
    sink.write(Buffer.from([0xff, 0xc3, 0x0a]));
    expect(text()).toBe('web | \xff\xc3\n');
  });

  it('copies the rest of a chunk, since the buffer is used again', () => {
    const { sink, text } = collect();
    const shared = Buffer.from('mine');
    sink.write(shared);
    shared.fill('x');
    sink.write(Buffer.from('\n'));
    expect(text()).toBe('web | mine\n');
  });

  it('breaks a line without an end, so that it cannot grow for ever', () => {
    const { sink, text } = collect();
    sink.write(Buffer.alloc(150 * 1024, 'x'));
    expect(text().match(/\n/g)).toHaveLength(2);
    sink.close();
    expect(text().replaceAll(/web \| |\n/g, '')).toBe('x'.repeat(150 * 1024));
  });
});

describe('a console writer', () => {
  it('drops and counts what a closed pipe does not take', () => {
    const directory = mkdtempSync(join(tmpdir(), 'tappet-console-'));
    const path = join(directory, 'pipe');
    spawnSync('mkfifo', [path]);
    const reader = openSync(path, 'r+');
    const fd = openSync(path, 'a');
    const writer = consoleWriter({ fd, clock: systemClock });
    writer.write('hello\n');
    const buffer = Buffer.alloc(100);
    expect(buffer.toString('utf8', 0, readSync(reader, buffer))).toBe('hello\n');
    closeSync(reader);
    writer.write('nobody reads this\n');
    expect(writer.dropped).toBe(18);
    writer.close();
    closeSync(fd);
    rmSync(directory, { recursive: true });
  });

  it('neither blocks nor fails when the reader is slow, and loses nothing up to 1 MiB', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tappet-console-'));
    const path = join(directory, 'pipe');
    spawnSync('mkfifo', [path]);
    const reader = openSync(path, 'r+');
    const fd = openSync(path, 'a');
    const writer = consoleWriter({ fd, clock: systemClock });
    const text = Array.from({ length: 40_000 }, (_, index) => `line ${index}\n`).join('');
    writer.write(text);
    const received: Buffer[] = [];
    let bytes = 0;
    while (bytes < text.length) {
      const buffer = Buffer.alloc(8192);
      const length = readSync(reader, buffer);
      received.push(buffer.subarray(0, length));
      bytes += length;
      await new Promise((resolve) => setTimeout(resolve, bytes % 65_536 === 0 ? 60 : 0));
    }
    expect(Buffer.concat(received).toString()).toBe(text);
    expect(writer.dropped).toBe(0);
    writer.close();
    for (const one of [fd, reader]) closeSync(one);
    rmSync(directory, { recursive: true });
  });

  it('writes into a plain file', () => {
    const directory = mkdtempSync(join(tmpdir(), 'tappet-console-'));
    const fd = openSync(join(directory, 'log'), 'a');
    const writer = consoleWriter({ fd, clock: systemClock });
    writer.write('text\n');
    writer.close();
    closeSync(fd);
    expect(readFileSync(join(directory, 'log'), 'utf8')).toBe('text\n');
    rmSync(directory, { recursive: true });
  });
});
