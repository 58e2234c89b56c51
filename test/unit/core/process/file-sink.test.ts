import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, fileSink, type FileSinkOptions, silentLogger } from '@tappet/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tappet-sink-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

/** A clock whose timers fire when a test says so. */
function handClock(): Clock & { tick(): void; readonly pending: number } {
  let timers: (() => void)[] = [];
  return {
    nowMs: () => 0,
    wallMs: () => 0,
    setTimer(_delayMs, fire) {
      timers.push(fire);
      return { cancel: () => void (timers = timers.filter((one) => one !== fire)) };
    },
    tick() {
      for (const fire of timers.splice(0)) fire();
    },
    get pending() {
      return timers.length;
    },
  };
}

function open(path: string, options: Partial<FileSinkOptions> = {}): ReturnType<typeof fileSink> {
  return fileSink({ path, resume() {}, log: silentLogger, clock: handClock(), ...options });
}

describe('a file sink', () => {
  it('appends bytes as they are, makes missing folders, and sets the permissions', () => {
    const path = join(directory, 'a/b/log');
    const sink = open(path);
    expect(sink.write(Buffer.from([0, 255, 10, 195]))).toBe(true);
    sink.write(Buffer.from('more'));
    sink.close();
    expect(readFileSync(path)).toEqual(Buffer.from([0, 255, 10, 195, ...Buffer.from('more')]));
    expect((statSync(path).mode & 0o777).toString(8)).toBe('640');
  });

  it('keeps what is in the file', () => {
    const path = join(directory, 'log');
    writeFileSync(path, 'before\n');
    const sink = open(path);
    sink.write(Buffer.from('after\n'));
    sink.close();
    expect(readFileSync(path, 'utf8')).toBe('before\nafter\n');
  });

  it('goes on in a new file after a rename and reopen', () => {
    const path = join(directory, 'log');
    const sink = open(path);
    sink.write(Buffer.from('one\n'));
    renameSync(path, `${path}.1`);
    sink.write(Buffer.from('two\n'));
    sink.reopen();
    sink.write(Buffer.from('three\n'));
    sink.close();
    expect([readFileSync(`${path}.1`, 'utf8'), readFileSync(path, 'utf8')]).toEqual(['one\ntwo\n', 'three\n']);
  });

  it('follows no symbolic link', () => {
    const target = join(directory, 'target');
    symlinkSync(target, join(directory, 'log'));
    const sink = open(join(directory, 'log'));
    expect(sink.write(Buffer.from('text'))).toBe(true);
    sink.close();
    expect(existsSync(target)).toBe(false);
  });
});

describe('a file sink whose file cannot be written', () => {
  /** A file stands where a folder should be, until `free` is called. */
  function blocked(options: Partial<FileSinkOptions> = {}) {
    const clock = handClock();
    const folder = join(directory, 'folder');
    writeFileSync(folder, '');
    const path = join(folder, 'log');
    return {
      clock,
      path,
      sink: open(path, { clock, ...options }),
      free() {
        rmSync(folder);
        mkdirSync(folder);
      },
    };
  }

  it('holds bytes back and writes all of them when it can, in order', () => {
    const { clock, sink, free, path } = blocked();
    for (const word of ['one\n', 'two\n']) expect(sink.write(Buffer.from(word))).toBe(true);
    clock.tick();
    sink.write(Buffer.from('three\n'));
    free();
    clock.tick();
    sink.write(Buffer.from('four\n'));
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\nthree\nfour\n');
    sink.close();
  });

  it('copies what it holds back, since the buffer is used again', () => {
    const { clock, sink, free, path } = blocked();
    const shared = Buffer.from('mine');
    sink.write(shared);
    shared.fill('x');
    free();
    clock.tick();
    expect(readFileSync(path, 'utf8')).toBe('mine');
    sink.close();
  });

  it('drops what exceeds the budget and says in the file how much', () => {
    const { clock, sink, free, path } = blocked({ maxQueuedBytes: 8 });
    for (const word of ['one\n', 'two\n', 'three\n', 'four\n']) sink.write(Buffer.from(word));
    free();
    clock.tick();
    sink.write(Buffer.from('five\n'));
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n\n11 bytes dropped\nfive\n');
    sink.close();
  });

  it('sets a timer only while something is held back', () => {
    const { clock, sink, free } = blocked();
    expect(clock.pending).toBe(0);
    sink.write(Buffer.from('one\n'));
    sink.write(Buffer.from('two\n'));
    expect(clock.pending).toBe(1);
    free();
    clock.tick();
    expect(clock.pending).toBe(0);
    sink.close();
  });

  it('shares 8 MiB with all others', () => {
    const first = blocked();
    const second = open(join(directory, 'folder/other'), { clock: first.clock });
    first.sink.write(Buffer.alloc(8 * 1024 * 1024 - 10));
    second.write(Buffer.alloc(100, '2'));
    first.free();
    first.clock.tick();
    expect(readFileSync(join(directory, 'folder/other'), 'utf8')).toBe('\n100 bytes dropped\n');
    first.sink.write(Buffer.from('x'));
    first.sink.close();
    second.close();
  });

  it('keeps the old file when the new one cannot be opened', () => {
    const path = join(directory, 'log');
    const sink = open(path);
    sink.write(Buffer.from('one\n'));
    renameSync(path, `${path}.1`);
    mkdirSync(path);
    expect(() => sink.reopen()).toThrow(expect.objectContaining({ code: 'ERR_STORE_IO' }));
    sink.write(Buffer.from('two\n'));
    sink.close();
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('one\ntwo\n');
  });
});

describe.skipIf(process.getuid?.() !== 0 && process.env['CI'] === undefined)('a file sink of root', () => {
  it('refuses a folder that the user of the service may change', async () => {
    const { chownSync, chmodSync } = await import('node:fs');
    chmodSync(directory, 0o755);
    const folder = join(directory, 'theirs');
    mkdirSync(folder);
    chownSync(folder, 65534, 65534);
    const attempt = (): unknown => open(join(folder, 'deeper/log'), { untrustedUid: 65534 });
    expect(attempt).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_UNSAFE' }));
    expect(() => open(join(directory, 'ours/log'), { untrustedUid: 65534 })).not.toThrow();
  });
});
