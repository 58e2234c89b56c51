import { expect, it } from 'vitest';
import { freePort } from '../e2e/support/tappet.ts';
import { example, inOrder, start, temporaryFolder } from './support/running.ts';

it('web-stack comes up, serves, shows its status and goes down in reverse order', async () => {
  using runtime = temporaryFolder();
  await using stack = start(['node', 'run.mjs', '--once'], {
    cwd: example('web-stack'),
    env: {
      TAPPET_RUNTIME_DIR: runtime.path,
      PORT: String(await freePort()),
      CACHE_PORT: String(await freePort()),
    },
  });

  expect(await stack.exited, stack.text).toBe(0);

  expect(stack.text).toMatch(/GET http:\/\/127\.0\.0\.1:\d+\/ -> 200 \{"message":"hello from tappet","visits":1/);
  expect(stack.text).toMatch(/^cache +RUNNING .*\ndb-migration +STOPPED .*completed\nweb-server +RUNNING/m);
  inOrder(stack.text, [
    /Service db-migration completed successfully/,
    /Running pre-script for web-server/,
    /web-server \| PONG/,
    /Service web-server is running/,
    /All services started successfully/,
    /Stopping service: web-server/,
    /web-server \| web server stopped gracefully/,
    /Stopping service: cache/,
    /Supervisor exiting with code 0/,
  ]);
});
