import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { localFiles } from '../../../../packages/plugin-logrotate/src/execute/local-files.ts';
import { until, workplaces } from './program.ts';

const workplace = workplaces();

/** Writes numbered lines of 100 bytes, one write each, until its input ends; then says how many. */
const WRITER = `
  const { openSync, writeSync } = require('node:fs');
  const descriptor = openSync(process.argv[1], 'a');
  let count = 0;
  let isOver = false;
  process.stdin.on('end', () => (isOver = true)).resume();
  (function burst() {
    for (let i = 0; i < 200; i++) writeSync(descriptor, String(count++).padStart(99, '0') + '\\n');
    if (isOver) process.stdout.write(String(count)); else setImmediate(burst);
  })();
`;

function canCollapse(directory: string): boolean {
  writeFileSync(`${directory}/probe`, Buffer.alloc(64 * 1024));
  return spawnSync('fallocate', ['-c', '-o', '0', '-l', '32768', `${directory}/probe`]).status === 0;
}

describe('copytruncate', () => {
  it('empties a log that nobody writes to', async () => {
    const { at } = workplace();
    writeFileSync(at('logs', 'a.log'), 'x'.repeat(50_000));
    const files = localFiles();
    await files.copyTruncate({ from: at('logs', 'a.log'), to: at('logs', 'a.log.1'), nowMs: 0 });
    await files.close();
    expect(statSync(at('logs', 'a.log')).size).toBe(0);
    expect(readFileSync(at('logs', 'a.log.1'), 'utf8')).toBe('x'.repeat(50_000));
  });

  it('keeps the file itself, so that its writer goes on in it', async () => {
    const { at } = workplace();
    const writer = openSync(at('logs', 'a.log'), 'a');
    writeSync(writer, 'first\n');
    const inode = statSync(at('logs', 'a.log')).ino;
    const files = localFiles();
    await files.copyTruncate({ from: at('logs', 'a.log'), to: at('logs', 'a.log.1'), nowMs: 0 });
    await files.close();
    writeSync(writer, 'second\n');
    closeSync(writer);
    expect(statSync(at('logs', 'a.log')).ino).toBe(inode);
    expect(readFileSync(at('logs', 'a.log.1'), 'utf8') + readFileSync(at('logs', 'a.log'), 'utf8')).toBe(
      'first\nsecond\n',
    );
  });

  it('loses, doubles and reorders no byte of a writer at full speed where ranges can be collapsed', async () => {
    const { root, at } = workplace();
    if (!canCollapse(root)) {
      console.warn(`skipped: the file system of ${root} cannot collapse ranges`);
      return;
    }
    const log = at('logs', 'a.log');
    writeFileSync(log, '');
    const writer = spawn(process.execPath, ['-e', WRITER, log], { stdio: ['pipe', 'pipe', 'inherit'] });
    let said = '';
    writer.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const files = localFiles();
    const rotations = 10;
    for (let number = 1; number <= rotations; number++) {
      await until('the log has grown', () => statSync(log).size > 500_000);
      await files.copyTruncate({ from: log, to: `${log}.${number}`, nowMs: 0 });
    }
    writer.stdin.end();
    await once(writer, 'close');
    await files.close();
    const parts = Array.from({ length: rotations }, (_, index) => readFileSync(`${log}.${index + 1}`));
    const all = Buffer.concat([...parts, readFileSync(log)]).toString();
    const lines = all.split('\n').slice(0, -1);
    expect(lines.length).toBe(Number(said));
    expect(lines.findIndex((line, index) => Number(line) !== index)).toBe(-1);
  });

  it('copies a sparse file without filling its holes', async () => {
    const { at } = workplace();
    const descriptor = openSync(at('logs', 'a.log'), 'w');
    writeSync(descriptor, 'start', 0);
    writeSync(descriptor, 'end', 8 * 1024 * 1024);
    closeSync(descriptor);
    const files = localFiles();
    await files.copy({ from: at('logs', 'a.log'), to: at('logs', 'a.log.1'), nowMs: 0 });
    await files.close();
    expect(readFileSync(at('logs', 'a.log.1')).equals(readFileSync(at('logs', 'a.log')))).toBe(true);
    expect(statSync(at('logs', 'a.log.1')).blocks).toBeLessThan(1000);
  });
});
