import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMonitText, type Sample, Sampler } from '@tappet/plugin-monit-compat/library';
import { afterAll, beforeAll, expect, it } from 'vitest';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'monit-program-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function watch(
  script: string,
  { header = '', options = '' } = {},
): {
  look: (nowMs?: number, isDue?: boolean) => Sample | undefined;
  wait: (nowMs?: number) => Promise<Sample>;
  close: () => Promise<void>;
} {
  const path = join(folder, `script-${Math.random().toString(36).slice(2)}`);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  const { configuration, accepted } = loadMonitText(
    `${header}\ncheck program c path "${path} 'a b' c" ${options}\n if status != 0 then alert`,
  );
  expect(accepted).toBe(true);
  const sampler = new Sampler(configuration);
  const look = (nowMs = 0, isDue = true): Sample | undefined =>
    sampler.samplePass(new Set(isDue ? ['c'] : []), nowMs).get('c');
  return {
    look,
    close: () => sampler.close(),
    wait: async (nowMs = 0) => {
      const end = performance.now() + 30_000;
      for (;;) {
        const sample = look(nowMs, false);
        if (sample !== undefined) return sample;
        if (performance.now() > end) throw new Error('the program gave no result');
        await new Promise((resolve) => {
          setTimeout(resolve, 10);
        });
      }
    },
  };
}

it('is started in one pass and judged in a later one, errors before output', async () => {
  const { look, wait, close } = watch('echo "out $1 $2"; echo "err $MONIT_SERVICE" >&2; exit 7');
  expect(look()).toBeUndefined();
  expect(await wait()).toEqual({ presence: 'present', facts: { status: 7, lines: ['err c', 'out a b c'] } });
  expect(look(0, false)).toBeUndefined();
  await close();
});

it('is not started twice at a time', async () => {
  const marker = join(folder, 'runs');
  const { look, wait, close } = watch(`echo x >> ${marker}; sleep 0.3`);
  look();
  look();
  look();
  await wait();
  expect(readFileSync(marker, 'utf8')).toBe('x\n');
  await close();
});

it('is killed with everything it started when its time is over, and ends with status 9', async () => {
  const marker = join(folder, 'late');
  const { look, wait, close } = watch(`sleep 600; echo x > ${marker}`, { options: 'timeout 2 seconds' });
  look(0);
  expect(look(1000, false)).toBeUndefined();
  look(2001, false);
  expect((await wait(2002)).facts.status).toBe(9);
  expect(existsSync(marker)).toBe(false);
  await close();
});

it('keeps no more output than the limit', async () => {
  const { look, wait, close } = watch('head -c 100000 /dev/zero | tr "\\\\0" x', {
    header: 'set limits { programOutput: 100 B }',
  });
  look();
  expect((await wait()).facts.lines?.join('').length).toBe(100);
  await close();
});

it('that cannot be run is an event of its own', async () => {
  const { configuration } = loadMonitText('check program c path /nowhere/program\n if status != 0 then alert');
  const sampler = new Sampler(configuration);
  let sample: Sample | undefined;
  const end = performance.now() + 20_000;
  while (sample === undefined && performance.now() < end) {
    sample = sampler.samplePass(new Set(['c']), 0).get('c');
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
  expect(sample).toMatchObject({ presence: 'unreadable', reason: expect.stringContaining('/nowhere/program') });
  await sampler.close();
});
