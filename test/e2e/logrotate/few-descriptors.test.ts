import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bench, until } from '../support/tappet.ts';

const BIN = fileURLToPath(new URL('../../../packages/cli/dist/bin.cjs', import.meta.url));
const SERVICES = 40;

it('keeps the logs of more services than there are file descriptors', async () => {
  const names = Array.from({ length: SERVICES }, (_, index) => `s${index}`);
  const tables = names.map(
    (name) => `[[services]]\nname = "${name}"\ncommand = "/bin/sh -c 'echo one; exec sleep 1000'"\n`,
  );
  await using one = bench(
    `project = "few"\n[plugins.control]\n[plugins.logrotate]\ndirectory = "log"\n${tables.join('')}`,
  );
  const up = `ulimit -n 64; exec ${process.execPath} ${BIN} up --detach`;
  const env = { ...process.env, TAPPET_RUNTIME_DIR: join(one.folder, 'run') };
  try {
    const started = spawnSync('/bin/sh', ['-c', up], { cwd: one.folder, env });
    expect(started.status, started.stderr.toString()).toBe(0);
    const logs = (): string[] => names.map((name) => read(join(one.folder, `log/${name}.log`)));
    await until(() => logs().every((text) => text === 'one\n'), 'the first line of each');
    const { services } = await one.status();
    expect(services.map(({ state }) => state)).toEqual(names.map(() => 'RUNNING'));
  } finally {
    await one.run(['down']);
  }
});

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
