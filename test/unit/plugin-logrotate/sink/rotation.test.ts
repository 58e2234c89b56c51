import { linkSync, mkdirSync, statSync, symlinkSync, utimesSync, writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { RotationRules } from '@tappet/plugin-logrotate';
import { describe, expect, it } from 'vitest';
import { sinkBench, type SinkBench } from './bench.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const bySize = (size: number): Partial<RotationRules> => ({ criterion: { kind: 'size', bytes: size }, rotate: 9 });

/** Numbered lines in chunks that end anywhere. */
async function flood(
  bench: SinkBench,
  { rules, lines, chunk = 97 }: { rules: Partial<RotationRules>; lines: number; chunk?: number },
): Promise<string> {
  const sink = bench.sink(rules);
  const text = Array.from({ length: lines }, (_, index) => `line ${index}\n`).join('');
  for (let at = 0; at < text.length; at += chunk) {
    const before = sink.resumed();
    if (!sink.write(bytes(text.slice(at, at + chunk)))) await expect.poll(() => sink.resumed()).toBeGreaterThan(before);
  }
  await bench.logs.idle();
  return text;
}

/** Everything that is kept, oldest first. */
function kept(bench: SinkBench): string {
  const old = bench.names().filter((name) => /^web\.log./.test(name));
  const order = (name: string): number => Number(/^web\.log\.(\d+)/.exec(name)?.[1] ?? Number.NaN);
  const sorted = old.some((name) => Number.isNaN(order(name)))
    ? old.toSorted((a, b) => datedOrder(a) - datedOrder(b))
    : old.toSorted((a, b) => order(b) - order(a));
  return [...sorted, 'web.log'].map((name) => bench.text(name)).join('');
}

const datedOrder = (name: string): number => Number(/^web\.log-\d+\.(\d+)/.exec(name)?.[1] ?? 1);

describe('rotation of a captured log', () => {
  it.each<[string, Partial<RotationRules>]>([
    ['rename', {}],
    ['compress', { compress: true }],
    ['delaycompress', { compress: true, delayCompress: true }],
    ['copytruncate', { copyTruncate: true }],
    ['copytruncate and compress', { copyTruncate: true, compress: true }],
    ['dateext', { dateExt: true }],
    ['dateext and compress', { dateExt: true, compress: true }],
  ])('keeps every line exactly once, in order and whole: %s', async (_, rules) => {
    const bench = sinkBench();
    const text = await flood(bench, { rules: { ...bySize(1000), ...rules, rotate: -1 }, lines: 2000 });

    const old = bench.names().filter((name) => /^web\.log./.test(name));
    expect(old.length).toBeGreaterThan(8);
    for (const name of old) {
      expect(bench.text(name)).toMatch(/\n$/);
      expect(bench.text(name).length).toBeLessThanOrEqual(1000);
    }
    expect(kept(bench)).toBe(text);
    const isPacked = rules.compress === true && rules.delayCompress !== true;
    expect(old.filter((name) => !name.endsWith('.gz'))).toHaveLength(
      rules.delayCompress === true ? 1 : isPacked ? 0 : old.length,
    );
  });

  it('keeps as many old logs as rotate says, the newest', async () => {
    const bench = sinkBench();
    const text = await flood(bench, { rules: { ...bySize(1000), rotate: 3 }, lines: 1000 });

    await expect.poll(() => bench.names()).toEqual(['web.log', 'web.log.1', 'web.log.2', 'web.log.3']);
    expect(text.endsWith(kept(bench))).toBe(true);
    expect(kept(bench).length).toBeGreaterThan(3000 - 30);
  });

  it('keeps no old log with rotate 0', async () => {
    const bench = sinkBench();
    await flood(bench, { rules: { ...bySize(1000), rotate: 0 }, lines: 500 });
    await expect.poll(() => bench.names()).toEqual(['web.log']);
  });

  it('does not cut a line that is longer than the limit', async () => {
    const bench = sinkBench();
    const sink = bench.sink(bySize(100));
    sink.write(bytes('short\n'));
    sink.write(bytes('x'.repeat(150)));
    sink.write(bytes('\nshort\n'));

    expect(bench.text('web.log.2')).toBe('short\n');
    expect(bench.text('web.log.1')).toBe(`${'x'.repeat(150)}\n`);
    expect(bench.text('web.log')).toBe('short\n');
  });

  it('cuts bytes without a newline at twice the limit, and loses none', () => {
    const bench = sinkBench();
    const sink = bench.sink(bySize(100));
    const binary = Buffer.from(Array.from({ length: 1000 }, (_, index) => (index % 2 === 0 ? 0 : 255)));
    for (let at = 0; at < binary.length; at += 50) sink.write(binary.subarray(at, at + 50));

    expect(kept(bench)).toBe(binary.toString('latin1'));
    expect(statSync(join(bench.folder, 'web.log.1')).size).toBe(200);
  });

  it('waits for the end of a half line before it rotates on request', () => {
    const bench = sinkBench();
    const sink = bench.sink(bySize(1e9));
    sink.write(bytes('one\ntw'));
    for (const file of bench.logs.files) file.rotate();
    expect(bench.names()).toEqual(['web.log']);
    sink.write(bytes('o\nthree\n'));

    expect(bench.text('web.log.1')).toBe('one\ntwo\n');
    expect(bench.text('web.log')).toBe('three\n');
  });

  it('gives a new log the mode that create says', () => {
    const bench = sinkBench();
    const sink = bench.sink({ ...bySize(10), create: { mode: 0o604 } });
    sink.write(bytes('0123456\n0123456\n'));
    expect(statSync(join(bench.folder, 'web.log')).mode & 0o777).toBe(0o604);
    expect(bench.names()).toContain('web.log.1');
  });

  it('puts old logs into olddir', () => {
    const bench = sinkBench();
    const sink = bench.sink({ ...bySize(10), oldDir: 'old' });
    sink.write(bytes('0123456\n0123456\n'));
    expect(bench.text('old/web.log.1')).toBe('0123456\n');
  });

  it('compresses without the program where there is none', async () => {
    const bench = sinkBench();
    const text = await flood(bench, {
      rules: { ...bySize(1000), compress: true, compressCommand: '/nowhere/gzip' },
      lines: 600,
    });
    expect(bench.names().filter((name) => name.endsWith('.gz')).length).toBeGreaterThan(2);
    expect(kept(bench)).toBe(text);
  });

  it('leaves an old log as it is when its compressor fails', async () => {
    const bench = sinkBench();
    const rules = { ...bySize(1000), compress: true, compressCommand: '/bin/false' };
    const text = await flood(bench, { rules, lines: 300 });
    expect(bench.names().filter((name) => /gz|part/.test(name))).toEqual([]);
    expect(kept(bench)).toBe(text);
    expect(bench.logged.map(({ message }) => message).join()).toMatch(/cannot compress .*: \/bin\/false ended with 1/);
  });

  it('runs prerotate before, postrotate and lastaction after, with the path as their argument', async () => {
    const bench = sinkBench();
    const said = join(bench.folder, 'said');
    const script = (name: string): string => `echo "${name} $1 $(cat "$1")" >> ${said}\n`;
    const sink = bench.sink({
      ...bySize(1e9),
      scripts: { prerotate: script('pre'), postrotate: script('post'), lastaction: script('last') },
    });
    sink.write(bytes('one\n'));
    for (const file of bench.logs.files) file.rotate();
    await expect.poll(() => bench.names()).toContain('web.log.1');
    await bench.logs.idle();

    const log = join(bench.folder, 'web.log');
    expect(readFileSync(said, 'utf8')).toBe(`pre ${log} one\npost ${log} \nlast ${log} \n`);
  });

  it('does not rotate when prerotate fails, and loses nothing', async () => {
    const bench = sinkBench();
    const sink = bench.sink({ ...bySize(20), scripts: { prerotate: 'exit 1\n' } });
    for (let line = 0; line < 10; line++) sink.write(bytes(`line ${line}\n`));
    await bench.logs.idle();

    expect(bench.names()).toEqual(['web.log']);
    expect(bench.text('web.log').split('\n')).toHaveLength(11);
    expect(bench.logged.map(({ message }) => message).join()).toMatch(/a script before the rotation failed/);
  });

  it('rotates by its period, once, also when the supervisor was not running', async () => {
    const bench = sinkBench();
    const daily: Partial<RotationRules> = { criterion: { kind: 'daily' }, rotate: 3, ifEmpty: false };
    const sink = bench.sink(daily);
    sink.write(bytes('today\n'));
    await bench.clock.advance(24 * 3600_000);
    expect(bench.names()).toEqual(['.status', 'web.log', 'web.log.1']);
    sink.write(bytes('tomorrow\n'));
    await sink.close?.();

    bench.restart();
    const next = bench.sink(daily);
    expect(bench.names()).not.toContain('web.log.2');
    await next.close?.();
    await bench.clock.advance(48 * 3600_000);
    bench.restart();
    bench.sink(daily);
    expect(bench.text('web.log.1')).toBe('tomorrow\n');
    expect(bench.text('web.log.2')).toBe('today\n');
  });

  it('removes the oldest logs of all beyond the budget', async () => {
    const bench = sinkBench({ budget: 2500 });
    await flood(bench, { rules: { ...bySize(1000), rotate: -1 }, lines: 1000 });
    const sizes = (): number => bench.names().reduce((sum, name) => sum + statSync(join(bench.folder, name)).size, 0);
    await expect.poll(sizes).toBeLessThanOrEqual(2500);
    expect(bench.names()).toContain('web.log.1');
  });
});

describe('after a supervisor that was killed', () => {
  it('removes half compressed files and compresses again', async () => {
    const bench = sinkBench();
    writeFileSync(join(bench.folder, 'web.log.1'), 'old\n');
    writeFileSync(join(bench.folder, '.web.log.99-0.tappet-part'), 'half');
    writeFileSync(join(bench.folder, '.web.log.99-1.tappet-gone'), 'to be removed');
    bench.sink({ ...bySize(1e9), compress: true });
    await bench.logs.idle();

    expect(bench.names()).toEqual(['web.log.1.gz']);
    expect(bench.text('web.log.1.gz')).toBe('old\n');
  });

  it('removes the original of a complete compressed log, so that no line is there twice', async () => {
    const bench = sinkBench();
    const [plain, packed] = ['web.log.1', 'web.log.1.gz'].map((name) => join(bench.folder, name)) as [string, string];
    writeFileSync(plain, 'old\n');
    writeFileSync(packed, gzipSync('old\n'));
    for (const path of [plain, packed]) utimesSync(path, 1000, 1000);
    bench.sink({ ...bySize(1e9), compress: true });

    expect(bench.names()).toEqual(['web.log.1.gz']);
  });

  it.each([true, false])('completes a rename (old log still in place: %s)', (isInPlace) => {
    const bench = sinkBench();
    writeFileSync(join(bench.folder, isInPlace ? 'web.log' : 'web.log.1'), 'one\n');
    writeFileSync(join(bench.folder, '.web.log.tappet-next'), 'two\n');
    bench.sink(bySize(1e9)).write(bytes('three\n'));

    expect(bench.names()).toEqual(['web.log', 'web.log.1']);
    expect(bench.text('web.log.1')).toBe('one\n');
    expect(bench.text('web.log')).toBe('two\nthree\n');
  });

  it('undoes a copytruncate that was not decided', () => {
    const bench = sinkBench();
    const write = (name: string, text: string): void => writeFileSync(join(bench.folder, name), text);
    write('web.log', 'one\ntwo\nthr');
    write('.web.log.tappet-copy', 'one\n');
    write('.web.log.tappet-kept', '{"target":"web.log.1","size":8}\nthree\n');
    bench.sink({ ...bySize(1e9), copyTruncate: true });

    expect(bench.names()).toEqual(['web.log']);
    expect(bench.text('web.log')).toBe('one\ntwo\nthree\n');
  });

  it.each(['with its copy in place', 'with its copy to be named'])(
    'completes a copytruncate that was decided, %s',
    (how) => {
      const bench = sinkBench();
      const write = (name: string, text: string): void => writeFileSync(join(bench.folder, name), text);
      write('web.log', how.includes('in place') ? 'thr' : 'one\ntwo\n');
      write(how.includes('in place') ? 'web.log.1' : '.web.log.tappet-copy', 'one\ntwo\n');
      write('.web.log.tappet-rest', '{"target":"web.log.1","size":8}\nthree\n');
      bench.sink({ ...bySize(1e9), copyTruncate: true });

      expect(bench.names()).toEqual(['web.log', 'web.log.1']);
      expect(bench.text('web.log')).toBe('three\n');
      expect(bench.text('web.log.1')).toBe('one\ntwo\n');
    },
  );
});

describe('safety', () => {
  it.each([
    ['a symbolic link', (folder: string) => symlinkSync(join(folder, 'victim'), join(folder, 'web.log'))],
    ['a hard link', (folder: string) => linkSync(join(folder, 'victim'), join(folder, 'web.log'))],
    ['a folder', (folder: string) => mkdirSync(join(folder, 'web.log'))],
  ])('does not write through %s, and says so once', (_, make) => {
    const bench = sinkBench();
    writeFileSync(join(bench.folder, 'victim'), 'untouched');
    make(bench.folder);
    const sink = bench.sink(bySize(1e9));
    expect(sink.write(bytes('one\n'))).toBe(true);
    sink.write(bytes('two\n'));

    expect(bench.text('victim')).toBe('untouched');
    expect(bench.logged.filter(({ message }) => message.startsWith('cannot write'))).toHaveLength(1);
  });
});
