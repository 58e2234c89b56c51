import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { bench, freePort, until } from '../e2e/support/tappet.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/monit-rules/', import.meta.url));

it('the example with monit rules restarts its server when it answers 500', async () => {
  const port = String(await freePort());
  const text = readFileSync(join(EXAMPLE, 'services.toml'), 'utf8')
    .replace('"node"', JSON.stringify(process.execPath))
    .replaceAll('8089', port);
  await using own = bench(text);
  copyFileSync(join(EXAMPLE, 'server.mjs'), join(own.folder, 'server.mjs'));
  own.up();
  const answers = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/ok`).then(
      ({ status }) => status === 200,
      () => false,
    );
  await until(answers, 'the server answers');
  const before = (await own.status()).services[0]?.pid;
  await fetch(`http://127.0.0.1:${port}/break`);
  await until(async () => (await own.status()).services[0]?.pid !== before && (await answers()), 'it was restarted');
  expect((await own.run(['why', 'web'])).stdout).toContain('for 2 cycles then restart');
});
