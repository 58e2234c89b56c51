import { describe, expect, it } from 'vitest';
import { bench, until } from '../support/tappet.ts';

/** Makes the file one of Tappet's own: a file with Go Overlay's keys alone hands on the whole environment. */
const HEAD = 'project = "reload"\n';

function service(name: string, extra = ''): string {
  return `[[services]]\nname = "${name}"\ncommand = "/bin/sleep"\nargs = ["1000"]\n${extra}\n`;
}

describe('reload', () => {
  it('touches only what changed: same pids for the rest, one removed, one added, one restarted', async () => {
    await using stack = bench(HEAD + service('same') + service('policy') + service('changed') + service('gone'));
    await stack.up().line(/All services started/);
    const pidsBefore = Object.fromEntries((await stack.status()).services.map(({ name, pid }) => [name, pid]));
    stack.write(
      'services.toml',
      HEAD +
        service('same') +
        service('policy', 'restart = "always"\ndepends_on = "same"') +
        service('changed', 'env = { A = "1" }') +
        service('fresh'),
    );
    const { code, stdout } = await stack.run(['reload']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/fresh/);
    await until(async () => {
      const { services } = await stack.status();
      return services.length === 4 && services.every(({ state }) => state === 'RUNNING');
    }, 'the new plan is in force');
    const { services } = await stack.status();
    expect(services.map(({ name }) => name)).toEqual(['same', 'policy', 'changed', 'fresh']);
    const pids = Object.fromEntries(services.map(({ name, pid }) => [name, pid]));
    expect(pids['same']).toBe(pidsBefore['same']);
    expect(pids['policy']).toBe(pidsBefore['policy']);
    expect(pids['changed']).not.toBe(pidsBefore['changed']);
    // The policy of a service that was not restarted is in force all the same.
    process.kill(Number(pids['policy']), 'SIGKILL');
    await until(async () => (await stack.status()).services[1]?.restarts === 1, 'the new policy restarts it');
  });

  it('keeps a user stop, starts what was fixed, and obeys enabled', async () => {
    await using stack = bench(
      HEAD + service('held') + service('broken').replace('/bin/sleep', '/bin/false') + service('on'),
    );
    const daemon = stack.up();
    await daemon.line(/Service 'broken' state changed/);
    await stack.run(['stop', 'held']);
    stack.write(
      'services.toml',
      HEAD + service('held', 'env = { A = "1" }') + service('broken') + service('on', 'enabled = false'),
    );
    await stack.run(['reload']);
    await until(
      async () => (await stack.status()).services.map(({ state }) => state).join() === 'STOPPED,RUNNING,STOPPED',
      'held stays down, broken is up, on is off',
    );
  });

  it('adds and removes a plugin without restarting a service', async () => {
    await using stack = bench(`${HEAD}plugins = ["./counter.mjs"]\n${service('web')}`);
    stack.write(
      'counter.mjs',
      `export default { name: 'counter', version: '1.2.3', setup({ hooks, expose }) {
         let changes = 0;
         hooks.onStateChange.tap('count', () => { changes += 1; });
         expose('count', () => ({ changes }));
       } };`,
    );
    await stack.up().line(/All services started/);
    const [before] = (await stack.status()).services;
    const listed = async (): Promise<string[]> =>
      (JSON.parse((await stack.run(['plugins', '--json'])).stdout) as { name: string }[]).map(({ name }) => name);
    expect(await listed()).toContain('counter');
    stack.write('services.toml', HEAD + service('web'));
    expect((await stack.run(['reload'])).code).toBe(0);
    expect(await listed()).not.toContain('counter');
    expect((await stack.status()).services[0]).toMatchObject({ state: 'RUNNING', pid: before?.pid });
  });

  it('happens on SIGHUP as well', async () => {
    await using stack = bench(HEAD + service('a'));
    const daemon = stack.up();
    await daemon.line(/All services started/);
    stack.write('services.toml', HEAD + service('a') + service('b'));
    daemon.child.kill('SIGHUP');
    expect(await daemon.line(/Service b is running/)).toContain('PID');
  });

  it('loses nothing when a service dies in the middle of it, ten times over', async () => {
    const config = (round: number): string =>
      HEAD + service('web', 'restart = { policy = "always", delay = "0s" }') + service(`extra-${round}`);
    await using stack = bench(config(0));
    await stack.up().line(/All services started/);
    for (let round = 1; round <= 10; round++) {
      const [web] = (await stack.status()).services;
      stack.write('services.toml', config(round));
      const reload = stack.run(['reload']);
      if (web?.pid !== null && web?.pid !== undefined) process.kill(web.pid, 'SIGKILL');
      expect((await reload).code).toBe(0);
    }
    await until(async () => {
      const { services } = await stack.status();
      return services.length === 2 && services.every(({ state }) => state === 'RUNNING');
    }, 'one web and one extra run');
  });
});
