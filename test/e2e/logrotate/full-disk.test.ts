import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { bench, isAlive, until } from '../support/tappet.ts';

const disk = mkdtempSync(join(tmpdir(), 'tappet-full-'));
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=755', 'tmpfs', disk]).status === 0;
if (!isMounted) console.warn('skipped: a full disk needs the right to mount a tmpfs');
chmodSync(disk, 0o755);
afterAll(() => {
  if (isMounted) spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true });
});

it.skipIf(!isMounted)('a full disk stops nothing, and what it cost stands in the log once there is room', async () => {
  await using one = bench(`
project = "full"
[plugins.control]
[plugins.logrotate]
directory = "${disk}"
[[services]]
name = "web"
command = "/bin/sh -c 'seq 1 3000000; echo done; exec sleep 1000'"
stop_timeout = 1
`);
  const ballast = join(disk, 'ballast');
  writeFileSync(ballast, Buffer.alloc(500 * 1024));
  const daemon = one.up();
  await daemon.line(/is running/);
  const log = join(disk, 'web.log');
  const full = statSync(ballast).size;
  await until(() => statSync(log, { throwIfNoEntry: false })?.size === 1024 * 1024 - full, 'the full disk');
  await until(
    async () => (await one.run(['logs', 'web', '-n', '1'])).stdout.trim() === 'done',
    'the end of the service',
  );
  expect(isAlive(daemon.pid)).toBe(true);
  const peakKb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${daemon.pid}/status`, 'utf8'))?.[1]);
  expect(peakKb).toBeLessThan(130 * 1024);

  expect(spawnSync('mount', ['-o', 'remount,size=64m', disk]).status).toBe(0);
  await until(() => / lines dropped \(\d+ bytes\)\n/.test(readFileSync(log, 'utf8').slice(-200)), 'the notice', 2000);
  const text = readFileSync(log, 'utf8');
  const lines = text.split('\n').filter((line) => /^\d+$/.test(line));
  const dropped = Number(/(\d+) lines dropped/.exec(text)?.[1]);
  // "done" was dropped with the others.
  expect(lines.length + dropped).toBe(3_000_001);
  expect(lines.every((line, index) => Number(line) === index + 1)).toBe(true);
});
