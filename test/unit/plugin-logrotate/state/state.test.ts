import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  keptEntries,
  readStateFile,
  writeStateFile,
} from '../../../../packages/plugin-logrotate/src/state/state-file.ts';
import { parseState, renderState } from '../../../../packages/plugin-logrotate/src/state/state-text.ts';
import { temporaryDirectories } from '../fixtures.ts';

const NOON = { year: 2026, month: 3, day: 1, hour: 12, minute: 0, second: 5 };
const HEADER = 'logrotate state -- version 2\n';
const directory = temporaryDirectories();
const silent = (): void => {};

describe('the text of a state', () => {
  it('comes back as it was, whatever the names', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\n'));
    fc.assert(
      fc.property(fc.array(name), (names) => {
        const entries = new Map(names.map((text) => [text, NOON]));
        expect(parseState(renderState(entries), 's')).toEqual({ entries });
      }),
    );
  });

  it.each([
    ['version 1 without a time', 'logrotate state -- version 1\n/a 2026-3-1\n', { ...NOON, hour: 0, second: 0 }],
    ['quoted, with a time', `${HEADER}"/a" 2026-3-1-12:0:5\n`, NOON],
    ['with an escaped blank', `${HEADER}\\/a 2026-3-1-12:0:5\n`, NOON],
    ['without seconds', `${HEADER}/a 2026-3-1-12:0\n`, { ...NOON, second: 0 }],
  ])('%s', (_, text, expected) => {
    expect(parseState(text, 's').entries.get('/a')).toEqual(expected);
  });

  it.each([
    ['x\n', 'bad top line in state file s'],
    [`${HEADER}/a 2026-3-1\nx\n/b 2026-3-1\n`, 'bad line 3 in state file s'],
    [`${HEADER}/a 2026-13-1\n`, 'bad month 13 for file /a in state file s'],
    [`${HEADER}/a 2026-3-32\n`, 'bad day 32 for file /a in state file s'],
    [`${HEADER}/a 2026-3-1-24:0:0\n`, 'bad hour 24 for file /a in state file s'],
    [`${HEADER}/a 9999-3-1\n`, 'bad year 9999 for file /a in state file s'],
    [`${HEADER}${'x'.repeat(20_000)}\n`, 'line 2 too long in state file s'],
  ])('%s is refused', (text, problem) => {
    expect(parseState(text, 's').problem).toBe(problem);
  });

  it('never throws on any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => parseState(HEADER + text, 's')).not.toThrow();
      }),
    );
  });

  it('forgets what was not met for more than a year', () => {
    const entries = new Map([
      ['met', { ...NOON, year: 2020 }],
      ['young', { ...NOON, year: 2025, month: 4 }],
      ['old', { ...NOON, year: 2025, month: 2 }],
    ]);
    expect([...keptEntries(entries, { met: new Set(['met']), now: NOON }).keys()]).toEqual(['met', 'young']);
  });
});

describe('the state file', () => {
  it('is made with mode 0640 and replaced, not written into', () => {
    const path = join(directory(), 'state');
    expect(writeStateFile(path, { entries: new Map([['/a', NOON]]), report: silent })).toBe(true);
    expect((statSync(path).mode & 0o777).toString(8)).toBe('640');
    const inode = statSync(path).ino;
    chmodSync(path, 0o664);
    writeStateFile(path, { entries: new Map(), report: silent });
    expect(statSync(path).ino).not.toBe(inode);
    expect((statSync(path).mode & 0o777).toString(8)).toBe('660');
    expect(readdirSync(join(path, '..'))).toEqual(['state']);
  });

  it('is not written through a link that lies in wait under the temporary name', () => {
    const root = directory();
    writeFileSync(join(root, 'victim'), 'precious');
    symlinkSync(join(root, 'victim'), join(root, 'state.tmp'));
    expect(writeStateFile(join(root, 'state'), { entries: new Map([['/a', NOON]]), report: silent })).toBe(true);
    expect(readFileSync(join(root, 'victim'), 'utf8')).toBe('precious');
    expect(lstatSync(join(root, 'state')).isFile()).toBe(true);
  });

  it('stays as it was when the new one cannot be written', () => {
    const root = directory();
    writeFileSync(join(root, 'state'), HEADER);
    mkdirSync(join(root, 'state.tmp'));
    const reports: string[] = [];
    const isWritten = writeStateFile(join(root, 'state'), {
      entries: new Map([['/a', NOON]]),
      report: ({ message }) => reports.push(message),
    });
    expect(isWritten).toBe(false);
    expect(reports[0]).toContain('error creating temp state file');
    expect(readFileSync(join(root, 'state'), 'utf8')).toBe(HEADER);
  });

  it('is empty when it is missing, which is no failure', () => {
    expect(readStateFile(join(directory(), 'none'), silent)).toEqual({ entries: new Map(), hasFailed: false });
  });
});
