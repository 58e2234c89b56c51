import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMonitText, type Sample, Sampler } from '@tappet/plugin-monit-compat/library';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'monit-sample-'));
  path = join(folder, 'log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function look(rules: string, limits = ''): () => Sample | undefined {
  const { configuration } = loadMonitText(`${limits}\ncheck file f path ${path}\n${rules}`);
  const sampler = new Sampler(configuration);
  return () => sampler.samplePass(new Set(['f']), 0).get('f');
}

describe('new content of a file', () => {
  const lines = (next: () => Sample | undefined): readonly string[] | undefined => next()?.facts.lines;

  it('begins at the end, comes line by line, and an unfinished line waits', () => {
    writeFileSync(path, 'old\n');
    const next = look('if content = "x" then alert');
    expect(lines(next)).toEqual([]);
    appendFileSync(path, 'one\ntwo\nthr');
    expect(lines(next)).toEqual(['one', 'two']);
    expect(lines(next)).toEqual([]);
    appendFileSync(path, 'ee\n');
    expect(lines(next)).toEqual(['three']);
  });

  it('begins anew after a truncation and in another file of the same name', () => {
    writeFileSync(path, 'a long first line\n');
    const next = look('if content = "x" then alert');
    next();
    truncateSync(path, 0);
    appendFileSync(path, 'short\n');
    expect(lines(next)).toEqual(['short']);
    writeFileSync(`${path}.new`, 'another file, longer than before\nsecond\n');
    renameSync(`${path}.new`, path);
    expect(lines(next)).toEqual(['another file, longer than before', 'second']);
  });

  it('survives a look at a missing file', () => {
    writeFileSync(path, 'old\n');
    const next = look('if content = "x" then alert');
    next();
    renameSync(path, `${path}.1`);
    expect(next()?.presence).toBe('missing');
    writeFileSync(path, 'fresh\n');
    expect(lines(next)).toEqual(['fresh']);
  });

  it('cuts long lines at the limit of the file', () => {
    writeFileSync(path, '');
    const next = look('if content = "x" then alert', 'set limits { fileContentBuffer: 16 B }');
    next();
    appendFileSync(path, `${'a'.repeat(100)}\nb\n`);
    expect(lines(next)).toEqual(['a'.repeat(15), 'b']);
  });

  it('is not read, nor are sums made, without a rule that asks', () => {
    writeFileSync(path, 'text\n');
    const facts = look('if size > 1 B then alert')()?.facts;
    expect(facts?.sizeBytes).toBe(5);
    expect(facts?.lines).toBeUndefined();
    expect(facts?.checksums).toBeUndefined();
  });
});

describe('the checksum of a file', () => {
  it('is not computed anew while nothing was written', () => {
    // A file that has not been written to for long.
    path = process.execPath;
    const next = look('if changed checksum then alert');
    const first = next()?.facts.checksums;
    expect(first?.md5).toMatch(/^[0-9a-f]{32}$/);
    expect(next()?.facts.checksums).toBe(first);
  });

  it('is never an old one, not even after a change of the same size in the same moment', () => {
    writeFileSync(path, 'a');
    const next = look('if changed checksum then alert');
    const sums = ['b', 'c', 'b'].map((text) => {
      writeFileSync(path, text);
      return next()?.facts.checksums?.md5;
    });
    expect(sums).toEqual([
      '92eb5ffee6ae2fec3ad71c777531578f',
      '4a8a08f09d37b73795649038408b5f33',
      '92eb5ffee6ae2fec3ad71c777531578f',
    ]);
  });
});
