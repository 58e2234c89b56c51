import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { until } from '../e2e/support/tappet.ts';
import { example, run, start, TAPPET, temporaryFolder } from './support/running.ts';

it('log-files keeps, rotates and reads the logs as its README says', async () => {
  using folder = temporaryFolder();
  cpSync(example('log-files'), folder.path, { recursive: true });
  const at = { cwd: folder.path, env: { TAPPET_RUNTIME_DIR: join(folder.path, 'run') } };
  const tappet = (...words: string[]): ReturnType<typeof run> => run(['node', TAPPET, ...words], at);
  await using daemon = start(['node', TAPPET, 'up'], at);
  await daemon.said(/All services started successfully/);
  const log = (name: string): string => join(folder.path, 'log', name);
  await until(() => existsSync(log('chatty.log.2.gz')) && existsSync(log('chatty.err.log')), 'rotated logs');

  expect(readFileSync(log('chatty.log'), 'latin1')).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z line \d+ of a busy morning\n/);
  const found = await tappet('log-files', 'chatty', '--grep', 'line 3999? of');
  expect(found.text.trim().split('\n')).toHaveLength(2);
  expect((await tappet('log-files', 'nightly')).text).toBe('ready\n');
  expect((await tappet('log-files', '--disk')).text).toMatch(/^chatty .*\nnightly .*\ntotal .* of 200\.0 MiB$/m);
  expect((await tappet('log-files', 'quiet', '--rotate')).text).toContain(`rotated ${log('quiet.log')}`);

  const down = await tappet('down');
  expect(down.code, down.text).toBe(0);
  expect(await daemon.exited).toBe(0);
});
