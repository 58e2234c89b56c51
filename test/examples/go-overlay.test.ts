import { expect, it } from 'vitest';
import { freePort } from '../e2e/support/tappet.ts';
import { answer, example, inOrder, run, start, TAPPET, temporaryFolder } from './support/running.ts';

it('go-overlay starts in the documented order, serves through the proxy and leaves nothing behind', async () => {
  using runtime = temporaryFolder();
  const proxy = await freePort();
  const env = {
    TAPPET_RUNTIME_DIR: runtime.path,
    PORT: String(await freePort()),
    REDIS_PORT: String(await freePort()),
    PROXY_PORT: String(proxy),
  };
  const cwd = example('go-overlay');
  const check = await run(['node', TAPPET, 'check', '--config', 'services.toml'], { cwd, env });
  expect(check.code, check.text).toBe(0);
  expect(check.text).toContain('"db-migration" is taken for a oneshot because of its name');

  await using daemon = start(['node', TAPPET, 'daemon', '--config', 'services.toml'], { cwd, env });
  await daemon.said(/All services started successfully/);
  expect(JSON.parse(await answer(`http://127.0.0.1:${proxy}/page`))).toMatchObject({ path: '/page' });

  const status = await run(['node', TAPPET, 'status'], { cwd, env });
  expect(status.text.split('\n').map((line) => line.split(/\s+/).slice(0, 2).join(' '))).toEqual([
    'redis RUNNING',
    'db-migration STOPPED',
    'web-server RUNNING',
    'worker RUNNING',
    'nginx RUNNING',
    'metrics-exporter STOPPED',
    '',
  ]);

  const down = await run(['node', TAPPET, 'down'], { cwd, env });
  expect(down.code, down.text).toBe(0);
  expect(await daemon.exited).toBe(0);
  inOrder(daemon.text, [
    /Service db-migration completed successfully/,
    /Waiting 1s after db-migration completion/,
    /Running pre-script for web-server/,
    /web-server \| PONG/,
    /Service web-server is running/,
    /Waiting 1s after web-server startup/,
    /Starting service: nginx/,
    /Stopping service: web-server/,
    /web-server \| Web server stopped gracefully/,
    /Stopping service: redis/,
    /Supervisor exiting with code 0/,
  ]);
  inOrder(daemon.text, [/Service redis is running/, /Waiting 2s after redis startup/, /Running pre-script/]);
});
