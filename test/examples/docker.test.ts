import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lacks, lacksRoot } from '../e2e/support/programs.ts';
import { freePort, isAlive, until } from '../e2e/support/tappet.ts';
import { answer, example, REPOSITORY, run, type Running, start, TAPPET } from './support/running.ts';

const cwd = example('docker');
const cannotRun = lacks('unshare') || lacks('nsenter') || lacksRoot() || (await lacksNamespaces());

/** Root inside a container may not be allowed to. */
async function lacksNamespaces(): Promise<boolean> {
  const { code, text } = await run(['unshare', '-m', '-pf', '--mount-proc', 'true'], { cwd: REPOSITORY });
  if (code !== 0) console.warn(`SKIPPED: no new namespaces may be made here: ${text}`);
  return code !== 0;
}

/** What the image runs as process 1, `tappet` replaced by the built one. */
function entryPoint(): string[] {
  const [, text = ''] = /^ENTRYPOINT (\[.*\])$/m.exec(readFileSync(join(cwd, 'Dockerfile'), 'utf8')) ?? [];
  const [command, ...args] = JSON.parse(text) as string[];
  expect(command).toBe('tappet');
  return [process.execPath, TAPPET, ...args];
}

/** The container: a pid namespace of its own, nothing writable but /run. */
async function container(): Promise<Running & { readonly init: number; readonly port: number }> {
  const script = 'mount -o remount,ro,bind / && mount -t tmpfs tmpfs /run && exec "$@"';
  const port = await freePort();
  const inside = ['sh', '-c', script, 'sh', ...entryPoint()];
  const env = {
    PORT: String(port),
    DATA_DIR: '/run/app-data',
    PATH: `${join(process.execPath, '..')}:/usr/local/bin:/usr/bin:/bin`,
  };
  const running = start(['unshare', '-m', '-pf', '--kill-child', '--mount-proc', ...inside], { cwd, env });
  await running.said(/All services started successfully/);
  return Object.assign(running, { init: childrenOf(running.pid)[0] ?? -1, port });
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number);
}

/** A command inside, as `docker exec` runs it. */
function exec(init: number, argv: readonly string[]): ReturnType<typeof run> {
  return run(['nsenter', '-t', String(init), '-m', '-p', `--wd=${cwd}`, ...argv], { cwd });
}

describe.skipIf(cannotRun)('the entry point of the docker example as process 1', () => {
  it('serves on a read-only root as another user, answers the health check and ends in order', async () => {
    await using box = await container();

    expect(JSON.parse(await answer(`http://127.0.0.1:${box.port}/`))).toMatchObject({ user: 65534 });
    const status = await exec(box.init, [process.execPath, TAPPET, 'status']);
    expect(status.code, status.text).toBe(0);
    expect(status.text).toMatch(/app +RUNNING/);

    process.kill(box.init, 'SIGTERM');
    expect(await box.exited, box.text).toBe(0);
    expect(box.text).toMatch(/Service app stopped[\s\S]*Supervisor exiting with code 0/);
  });

  it('reaps orphans, and brings a killed supervisor back without touching the service', async () => {
    await using box = await container();
    const { pid } = JSON.parse(await answer(`http://127.0.0.1:${box.port}/`)) as { pid: number };
    const [supervisor = -1] = childrenOf(box.init);

    const orphans = await exec(box.init, ['sh', '-c', 'for i in 1 2 3 4 5; do (sleep 0.1 &); done']);
    expect(orphans.code).toBe(0);
    process.kill(supervisor, 'SIGKILL');
    await box.said(/Took over service: app/);

    expect(JSON.parse(await answer(`http://127.0.0.1:${box.port}/`))).toMatchObject({ pid });
    expect(isAlive(supervisor)).toBe(false);
    await until(() => childrenOf(box.init).every(isAlive), 'no zombie is left under process 1');
    process.kill(box.init, 'SIGTERM');
    expect(await box.exited, box.text).toBe(0);
  });
});
