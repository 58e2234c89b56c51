import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { hiddenName } from '../../../../packages/plugin-logrotate/src/execute/compress.ts';
import { until, workplaces } from './program.ts';

const workplace = workplaces();
const unpack = (path: string): string => gunzipSync(readFileSync(path)).toString();

describe('a compression that was cut off', () => {
  it('never shows half a file under the real name', async () => {
    const { at, configure, start } = workplace();
    writeFileSync(at('logs', 'a.log'), 'line\n'.repeat(1000));
    writeFileSync(at('slow'), '#!/bin/sh\nhead -c 100\n: > "$(dirname "$0")/started"\nsleep 60\n', { mode: 0o755 });
    configure('$D/logs/a.log {\n  rotate 2\n  compress\n  compresscmd $D/slow\n  compressext .gz\n}\n');
    const run = start('-f');
    await until('the compressor works', () => existsSync(at('started')));
    expect(existsSync(at('logs', 'a.log.1.gz'))).toBe(false);
    run.kill('SIGKILL');
    await once(run, 'exit');
    expect(readdirSync(at('logs')).sort()).toEqual(['.a.log.1.gz.tappet-part', 'a.log.1']);
  });

  it.each(['', '  delaycompress\n'])('is done again by the next run, and nothing is lost or doubled (%j)', (more) => {
    const { at, configure, run } = workplace();
    writeFileSync(at('logs', 'a.log'), 'new\n');
    writeFileSync(at('logs', 'a.log.1'), 'cut off\n');
    writeFileSync(hiddenName(at('logs', 'a.log.1.gz')), 'half a gzip');
    configure(`$D/logs/a.log {\n  rotate 3\n  compress\n${more}}\n`);
    expect(run('-f')).toMatchObject({ status: 0, stderr: '' });
    expect(unpack(at('logs', 'a.log.2.gz'))).toBe('cut off\n');
    const first = more === '' ? unpack(at('logs', 'a.log.1.gz')) : readFileSync(at('logs', 'a.log.1'), 'utf8');
    expect(first).toBe('new\n');
    expect(readdirSync(at('logs'))).toHaveLength(2);
  });

  it('is recognised for dated names', () => {
    const { at, configure, run } = workplace();
    writeFileSync(at('logs', 'a.log'), 'new\n');
    writeFileSync(at('logs', 'a.log-20200101'), 'cut off\n');
    writeFileSync(hiddenName(at('logs', 'a.log-20200101.gz')), 'half');
    configure('$D/logs/a.log {\n  rotate 3\n  compress\n  dateext\n}\n');
    expect(run('-f').status).toBe(0);
    expect(unpack(at('logs', 'a.log-20200101.gz'))).toBe('cut off\n');
    expect(existsSync(hiddenName(at('logs', 'a.log-20200101.gz')))).toBe(false);
  });

  it('leaves no double when only the removal was missing', () => {
    const { at, configure, run } = workplace();
    writeFileSync(at('logs', 'a.log'), 'new\n');
    writeFileSync(at('logs', 'a.log.1'), 'same\n');
    writeFileSync(at('logs', 'a.log.1.gz'), gzipSync('same\n'));
    for (const name of ['a.log.1', 'a.log.1.gz']) utimesSync(at('logs', name), 1e9, 1e9);
    configure('$D/logs/a.log {\n  rotate 3\n  compress\n  delaycompress\n}\n');
    expect(run('-f')).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(at('logs')).sort()).toEqual(['a.log.1', 'a.log.2.gz']);
    expect(readFileSync(at('logs', 'a.log.1'), 'utf8')).toBe('new\n');
  });

  it('takes two files of one age and length for doubles only when they are the same', () => {
    const { at, configure, run } = workplace();
    writeFileSync(at('logs', 'a.log'), 'new\n');
    writeFileSync(at('logs', 'a.log.1'), 'one\n');
    writeFileSync(at('logs', 'a.log.1.gz'), gzipSync('two\n'));
    for (const name of ['a.log.1', 'a.log.1.gz']) utimesSync(at('logs', name), 1e9, 1e9);
    configure('$D/logs/a.log {\n  rotate 3\n  compress\n  delaycompress\n}\n');
    run('-f');
    expect(unpack(at('logs', 'a.log.2.gz'))).toBe('one\n');
    const backup = readdirSync(at('logs')).find((name) => name.endsWith('.backup')) ?? '';
    expect(unpack(at('logs', backup))).toBe('two\n');
  });
});
