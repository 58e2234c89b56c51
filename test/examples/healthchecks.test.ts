import { expect, it } from 'vitest';
import { freePorts } from '../e2e/healthcheck/programs.ts';
import { until } from '../e2e/support/tappet.ts';
import { answer, example, run, start, TAPPET, temporaryFolder } from './support/running.ts';

it('healthchecks does what its README says', async () => {
  using runtime = temporaryFolder();
  const [PORT, CACHE_PORT, HEALTH_PORT] = (await freePorts(3)).map(String);
  const options = {
    cwd: example('healthchecks'),
    env: {
      TAPPET_RUNTIME_DIR: runtime.path,
      PORT: PORT ?? '',
      CACHE_PORT: CACHE_PORT ?? '',
      HEALTH_PORT: HEALTH_PORT ?? '',
    },
  };
  const tappet = (...words: readonly string[]): ReturnType<typeof run> => run(['node', TAPPET, ...words], options);
  await using stack = start(['node', TAPPET, 'up'], options);
  await stack.said(/All services started successfully/);

  expect(await answer(`http://127.0.0.1:${PORT}/`)).toBe('the cache says PONG\n');
  expect(await answer(`http://127.0.0.1:${HEALTH_PORT}/readyz`)).toBe('{"status":"pass"}\n');
  const health = await tappet('health');
  expect(health.code, health.text).toBe(0);
  expect(health.text).toMatch(/^web: ready \(RUNNING\)\n {2}up +page \(http GET/m);

  await tappet('signal', '-s', 'STOP', 'web');
  await stack.said(/web: liveness check "answers" failed 2\/2: timed out/);
  await stack.said(/(Service web is running[^]*){2}/);

  await tappet('signal', '-s', 'USR1', 'worker');
  await stack.said(/worker: liveness check "pulse" failed 1\/1: no heartbeat/);
  await stack.said(/(Service worker is running[^]*){2}/);

  await tappet('stop', 'cache');
  await stack.said(/web: failing because cache is STOPPED/);
  const sick = await tappet('health');
  expect(sick.code).toBe(1);
  expect(sick.text).toMatch(/cache is to blame for web/);
  expect(await answer(`http://127.0.0.1:${HEALTH_PORT}/readyz`, 503)).toContain('not ready');
  await tappet('start', 'cache');
  await until(async () => (await tappet('health')).code === 0, 'all is well again');

  stack.child.kill('SIGINT');
  expect(await answer(`http://127.0.0.1:${HEALTH_PORT}/readyz`, 503)).toContain('shutting down');
  expect(await stack.exited, stack.text).toBe(0);
  expect(stack.text.match(/Service web is running/g)).toHaveLength(2);
});
