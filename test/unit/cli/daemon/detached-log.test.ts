import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { virtualClock } from '@tappet/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { detachedLog } from '../../../../packages/cli/src/daemon/detached-log.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tappet-log-'));
  path = join(directory, 'e2e.log');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('the log of a detached daemon', () => {
  it('is for its owner alone and goes on where it was', () => {
    for (const text of ['one\n', 'two\n']) {
      const log = detachedLog({ path, clock: virtualClock() });
      log.write(text);
      log.close();
    }
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('keeps one older file and no more', () => {
    const log = detachedLog({ path, clock: virtualClock(), limitBytes: 10 });
    for (const text of ['aaaaaaaaaa', 'bbbbbbbbbb', 'cccccccccc', 'dd']) log.write(text);
    log.close();
    expect([readFileSync(path, 'utf8'), readFileSync(`${path}.1`, 'utf8')]).toEqual(['dd', 'cccccccccc']);
    expect(existsSync(`${path}.2`)).toBe(false);
    expect(log.dropped).toBe(0);
  });

  it('goes on without its folder', () => {
    const log = detachedLog({ path, clock: virtualClock(), limitBytes: 4 });
    rmSync(directory, { recursive: true });
    log.write('aaaaaa');
    log.write('bbbbbb');
    log.close();
    expect(log.dropped).toBe(0);
  });

  it('follows no link', () => {
    symlinkSync(join(directory, 'elsewhere'), path);
    expect(() => detachedLog({ path, clock: virtualClock() })).toThrow('ELOOP');
  });
});
