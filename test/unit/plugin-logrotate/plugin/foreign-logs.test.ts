import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordedLog, type LogLine, virtualClock } from '@tappet/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ForeignLogs } from '../../../../packages/plugin-logrotate/src/plugin/foreign-logs.ts';

function world(rules: string) {
  const folder = mkdtempSync(join(tmpdir(), 'tappet-foreign-'));
  chmodSync(folder, 0o755);
  const clock = virtualClock();
  const logged: LogLine[] = [];
  const foreign = new ForeignLogs({ clock, log: recordedLog(logged) });
  onTestFinished(async () => {
    await foreign.close();
    expect(clock.pendingTimers).toBe(0);
    rmSync(folder, { recursive: true });
  });
  const log = join(folder, 'app.log');
  writeFileSync(log, 'one\n');
  writeFileSync(join(folder, 'app.conf'), `${log} {\n${rules}\n}\n`, { mode: 0o644 });
  const options = { include: [join(folder, '*.conf')], state: join(folder, 'state/status'), intervalMs: 60_000 };
  return { folder, clock, logged, foreign, options, log };
}

describe('logs of others', () => {
  it('are rotated when they are due, and the state is written', async () => {
    const { foreign, options, log, clock } = world('size 1\nrotate 2');
    foreign.configure(options);
    await clock.advance(0);
    await expect.poll(() => existsSync(`${log}.1`), { timeout: 20_000 }).toBe(true);
    await expect.poll(() => existsSync(options.state), { timeout: 20_000 }).toBe(true);
    await expect.poll(() => readFileSync(options.state, 'utf8'), { timeout: 20_000 }).toContain(`"${log}"`);
  });

  it('get an entry in the state at first sight, and are left alone until they are due', async () => {
    const { foreign, options, log, clock } = world('yearly\nrotate 2');
    foreign.configure(options);
    await clock.advance(0);
    await expect.poll(() => existsSync(options.state), { timeout: 20_000 }).toBe(true);
    await expect.poll(() => clock.pendingTimers, { timeout: 20_000 }).toBe(1);
    expect(existsSync(`${log}.1`)).toBe(false);
    expect(foreign.runs).toBe(1);
    await clock.advance(10_000);
    expect(foreign.runs).toBe(1);
  });

  it('have what the program says in our log', async () => {
    const { foreign, options, clock, logged } = world('size 1\nrotate 2\nprerotate\nexit 3\nendscript');
    foreign.configure(options);
    await clock.advance(0);
    const said = (): string => logged.map(({ message }) => message).join('\n');
    await expect.poll(said, { timeout: 20_000 }).toMatch(/logrotate: error: error running .*prerotate script/);
  });
});
