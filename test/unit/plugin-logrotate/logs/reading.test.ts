import {
  appendFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  copyFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DEFAULT_RULES, type StoredLog } from '@tappet/plugin-logrotate';
import { describe, expect, it, onTestFinished } from 'vitest';
import { diskText } from '../../../../packages/plugin-logrotate/src/logs/disk.ts';
import { followLog } from '../../../../packages/plugin-logrotate/src/logs/follow-log.ts';
import { listLog } from '../../../../packages/plugin-logrotate/src/logs/list-log.ts';
import { type LogQuery, printLogs } from '../../../../packages/plugin-logrotate/src/logs/log-lines.ts';
import { parseMoment } from '../../../../packages/plugin-logrotate/src/logs/moment.ts';

const START = Date.parse('2026-11-20T10:00:00Z');
const line = (index: number): string => `${new Date(START + index * 1000).toISOString()} line ${index}\n`;
const text = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => line(from + index)).join('');

interface Shelf {
  readonly folder: string;
  log(name?: string): StoredLog;
  read(query?: Partial<LogQuery>, logs?: readonly StoredLog[]): Promise<string>;
}

function shelf(): Shelf {
  const folder = mkdtempSync(join(tmpdir(), 'tappet-logs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const log = (name = 'web'): StoredLog =>
    listLog({ service: name, stream: 'output', path: join(folder, `${name}.log`) }, DEFAULT_RULES);
  return {
    folder,
    log,
    async read(query = {}, logs = [log()]) {
      let said = '';
      await printLogs(logs, {
        query: { filter: {}, count: undefined, isFollowed: false, isJson: false, hasColors: false, ...query },
        list: async () => ({ logs, budget: null }),
        out: (bytes) => void (said += Buffer.from(bytes).toString()),
        signal: new AbortController().signal,
      });
      return said;
    },
  };
}

function rotated(): Shelf {
  const made = shelf();
  const put = (name: string, content: string | Buffer, end: number): void => {
    writeFileSync(join(made.folder, name), content);
    utimesSync(join(made.folder, name), (START + end * 1000) / 1000, (START + end * 1000) / 1000);
  };
  put('web.log.3.gz', gzipSync(text(0, 1000)), 999);
  put('web.log.2.gz', gzipSync(text(1000, 2000)), 1999);
  put('web.log.1', text(2000, 3000), 2999);
  put('web.log', text(3000, 3500), 3499);
  return made;
}

describe('reading a log', () => {
  it('goes through old and compressed files, oldest first', async () => {
    expect(await rotated().read()).toBe(text(0, 3500));
  });

  it.each([1, 499, 500, 501, 1700, 9999])('finds the last %i lines', async (count) => {
    expect(await rotated().read({ count })).toBe(text(Math.max(0, 3500 - count), 3500));
  });

  it('finds what was written since and until', async () => {
    const filter = { sinceMs: START + 1500_000, untilMs: START + 2100_000 };
    expect(await rotated().read({ filter })).toBe(text(1500, 2101));
    expect(await rotated().read({ filter, count: 3 })).toBe(text(2098, 2101));
  });

  it('keeps lines whole that lie in two pieces of an old log, and their times apart', async () => {
    const one = shelf();
    const trace = (index: number): string => `${line(index)}  at ${'x'.repeat(index % 700)}\n`;
    const all = Array.from({ length: 2000 }, (_, index) => trace(index));
    writeFileSync(join(one.folder, 'web.log.1.gz'), gzipSync(all.join('')));
    expect(await one.read()).toBe(all.join(''));
    expect(await one.read({ count: 301 })).toBe(all.join('').split('\n').slice(-302).join('\n'));
    for (const from of [1, 777, 1500]) {
      expect(await one.read({ filter: { sinceMs: START + from * 1000 } })).toBe(all.slice(from).join(''));
    }
    expect(await one.read({ filter: { grep: /at x{699}$/ } })).toBe(`  at ${'x'.repeat(699)}\n`.repeat(2));
  });

  it.each(['before it is read', 'while it is read'])('reads a log once that is rotated %s', async (when) => {
    const one = rotated();
    const at = (name: string): string => join(one.folder, name);
    const listed = one.log();
    let isRotated = false;
    const rotate = (): void => {
      isRotated = true;
      renameSync(at('web.log.3.gz'), at('web.log.4.gz'));
      renameSync(at('web.log.2.gz'), at('web.log.3.gz'));
      writeFileSync(at('web.log.2.gz'), gzipSync(text(2000, 3000)));
      renameSync(at('web.log'), at('web.log.1'));
      writeFileSync(at('web.log'), text(3500, 3600));
    };
    if (when === 'before it is read') rotate();
    let said = '';
    await printLogs([listed], {
      query: { filter: {}, count: undefined, isFollowed: false, isJson: false, hasColors: false },
      list: async () => ({ logs: [one.log()], budget: null }),
      out(bytes) {
        said += Buffer.from(bytes).toString();
        if (!isRotated) rotate();
      },
      signal: new AbortController().signal,
    });
    expect(said).toBe(text(0, when === 'before it is read' ? 3600 : 3500));
  });

  it('goes on with -f where it has ended, though the log grew and was rotated meanwhile', async () => {
    const one = rotated();
    const at = (name: string): string => join(one.folder, name);
    const abort = new AbortController();
    let said = '';
    appendFileSync(at('web.log'), line(3500).slice(0, 20));
    const printing = printLogs([one.log()], {
      query: { filter: { grep: /line/ }, count: undefined, isFollowed: true, isJson: false, hasColors: false },
      list: async () => ({ logs: [one.log()], budget: null }),
      out(bytes) {
        if (said === '') {
          appendFileSync(at('web.log'), line(3500).slice(20) + line(3501));
          for (const number of [3, 2]) renameSync(at(`web.log.${number}.gz`), at(`web.log.${number + 1}.gz`));
          renameSync(at('web.log.1'), at('web.log.2'));
          renameSync(at('web.log'), at('web.log.1'));
          writeFileSync(at('web.log'), line(3502));
        }
        said += Buffer.from(bytes).toString();
      },
      signal: abort.signal,
    });
    await expect.poll(() => said.length).toBe(text(0, 3503).length);
    abort.abort();
    await printing;
    expect(said).toBe(text(0, 3503));
  });

  it('says that an old log is damaged', async () => {
    const one = shelf();
    writeFileSync(join(one.folder, 'web.log.1.gz'), gzipSync(text(0, 5000)).subarray(0, 9000));
    await expect(one.read()).rejects.toThrow('unexpected end of file');
  });

  it('leaves lines without a time with the one before', async () => {
    const one = shelf();
    writeFileSync(join(one.folder, 'web.log'), `${line(1)}  at x\n${line(2)}  at y\n${line(3)}`);
    expect(await one.read({ filter: { sinceMs: START + 2000, untilMs: START + 2500 } })).toBe(`${line(2)}  at y\n`);
  });

  it.each([
    ['a text', / line 77/],
    ['an expression', / l.ne 77\d?$/],
  ])('finds lines by %s', async (_, grep) => {
    const found = await rotated().read({ filter: { grep } });
    expect(found).toBe(
      text(0, 3500)
        .split('\n')
        .filter((each) => grep.test(each))
        .map((each) => `${each}\n`)
        .join(''),
    );
    expect(found).toContain('line 77\n');
  });

  it('brings several services into the order of their times, with their names', async () => {
    const one = shelf();
    writeFileSync(join(one.folder, 'web.log'), line(1) + line(3));
    writeFileSync(join(one.folder, 'db.log'), `${line(2)}more\n${line(4)}`);
    const said = await one.read({}, [one.log('web'), one.log('db')]);
    expect(said).toBe(`web | ${line(1)}db  | ${line(2)}db  | more\nweb | ${line(3)}db  | ${line(4)}`);
  });

  it('prints JSON with service and time', async () => {
    const one = shelf();
    writeFileSync(join(one.folder, 'web.log'), line(1));
    expect(JSON.parse(await one.read({ isJson: true }))).toEqual({
      service: 'web',
      stream: 'output',
      time: new Date(START + 1000).toISOString(),
      text: line(1).trim(),
    });
  });

  it('tells what logs take', () => {
    expect(diskText({ logs: [rotated().log()], budget: 1024 * 1024 })).toMatch(/web +\d.*KiB +3 .*\d%\ntotal/s);
  });
});

describe('following a log', () => {
  it.each(['rename', 'rename and compress', 'copytruncate'])(
    'misses and doubles nothing over rotations: %s',
    async (how) => {
      const one = shelf();
      const path = join(one.folder, 'web.log');
      writeFileSync(path, '');
      const abort = new AbortController();
      let said = '';
      const following = (async () => {
        for await (const block of followLog({ list: () => one.log(), path, signal: abort.signal }))
          said += block.toString();
      })();
      for (let round = 0; round < 6; round++) {
        appendFileSync(path, text(round * 100, round * 100 + 50));
        await expect.poll(() => said.length).toBe(text(0, round * 100 + 50).length);
        appendFileSync(path, text(round * 100 + 50, round * 100 + 100));
        for (let number = round; number > 0; number--) {
          const ending = how === 'rename and compress' ? '.gz' : '';
          renameSync(`${path}.${number}${ending}`, `${path}.${number + 1}${ending}`);
        }
        if (how === 'copytruncate') {
          copyFileSync(path, `${path}.1`);
          truncateSync(path);
        } else {
          renameSync(path, `${path}.1`);
          writeFileSync(path, '');
        }
        if (how === 'rename and compress') {
          writeFileSync(`${path}.1.gz`, gzipSync(text(round * 100, round * 100 + 100)));
          rmSync(`${path}.1`);
        }
        await expect.poll(() => said).toBe(text(0, round * 100 + 100));
      }
      abort.abort();
      await following;
    },
  );
});

describe('a moment', () => {
  const nowMs = new Date(2026, 10, 20, 12, 0).getTime();
  it.each([
    ['1h', nowMs - 3600_000],
    ['2d', nowMs - 2 * 86_400_000],
    ['today', new Date(2026, 10, 20).getTime()],
    ['yesterday', new Date(2026, 10, 19).getTime()],
    ['2026-11-01', new Date(2026, 10, 1).getTime()],
    ['2026-11-01 10:30', new Date(2026, 10, 1, 10, 30).getTime()],
    ['2026-11-01T10:30:00Z', Date.parse('2026-11-01T10:30:00Z')],
    ['soon', undefined],
    ['2026-13-01', undefined],
  ])('%s', (words, expected) => {
    expect(parseMoment(words, nowMs)).toBe(expected);
  });
});
