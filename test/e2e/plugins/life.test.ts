import { describe, expect, it } from 'vitest';
import { bench, until } from '../support/tappet.ts';
import { clientOf, eventsOf, FLAKY, install, STEADY } from './plugin-bench.ts';

const HEAD = 'project = "life"\n';

/** Counts generations, and writes down what happens to them. */
const COUNTER = `export default { name: 'counter', setup({ config, carry, defer, hooks, expose, emit }) {
  const seen = carry('seen', () => ({ generations: 0, disposed: [], closed: 0 }), (value) => { value.closed += 1; });
  const generation = ++seen.generations;
  defer(() => seen.disposed.push(generation + ' first'));
  defer(() => seen.disposed.push(generation + ' last'));
  hooks.onExit.tap('exit', ({ service, exit }) => emit('example.com/exit', { service: service.name, code: exit.code }));
  expose('seen', ({ greeting }) => ({ ...seen, greeting, config }));
  expose('fail', () => { throw new Error('not today'); });
} };`;

describe('a plugin in a supervisor', () => {
  it('is set up anew at each reload, keeps what it carries, and its old generation is disposed last-in-first-out', async () => {
    await using stack = bench(`${HEAD}plugins = ["./counter.mjs"]\n${STEADY}`);
    stack.write('counter.mjs', COUNTER);
    await stack.up().line(/All services started/);
    const [before] = (await stack.status()).services;
    for (let reload = 0; reload < 2; reload++) expect((await stack.run(['reload'])).code).toBe(0);
    const client = await clientOf(stack);
    await until(async () => {
      const seen = (await client.call('counter', 'seen')) as { disposed: string[] };
      return seen.disposed.length === 4;
    }, 'both old generations are disposed');
    expect(await client.call('counter', 'seen')).toMatchObject({
      generations: 3,
      disposed: ['1 last', '1 first', '2 last', '2 first'],
      closed: 0,
    });
    expect((await stack.status()).services[0]).toMatchObject({ state: 'RUNNING', pid: before?.pid });
  });

  it('that fails in a reload changes nothing: the old generation works on, what was set up before it is disposed', async () => {
    await using stack = bench(`${HEAD}plugins = ["./counter.mjs"]\n${STEADY}`);
    stack.write('counter.mjs', COUNTER);
    stack.write('broken.mjs', `export default { name: 'broken', setup() { throw new Error('no token'); } };`);
    await stack.up().line(/All services started/);
    const [before] = (await stack.status()).services;
    stack.write('services.toml', `${HEAD}plugins = ["./counter.mjs", "./broken.mjs"]\n${STEADY}${FLAKY}`);
    const { code, stderr } = await stack.run(['reload']);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/cannot set up plugin "broken": no token/);
    expect(await (await clientOf(stack)).call('counter', 'seen')).toMatchObject({
      generations: 2,
      disposed: ['2 last', '2 first'],
      closed: 0,
    });
    const { services } = await stack.status();
    expect(services).toMatchObject([{ name: 'steady', state: 'RUNNING', pid: before?.pid }]);
  });

  it('emits events of its own, which "tappet events" shows', async () => {
    await using stack = bench(`${HEAD}plugins = ["./counter.mjs"]\n${FLAKY}`);
    stack.write('counter.mjs', COUNTER);
    await stack.up().line(/exited with code 1/);
    await until(async () => (await eventsOf(stack)).some(({ type }) => type === 'custom'), 'its event is there');
    expect(await eventsOf(stack)).toContainEqual(
      expect.objectContaining({
        type: 'custom',
        plugin: 'counter',
        name: 'example.com/exit',
        data: { service: 'flaky', code: 1 },
      }),
    );
    expect((await stack.run(['events'])).stdout).toContain('example.com/exit {"service":"flaky","code":1}');
  });

  it('answers calls; what it does not offer and what fails is told with its name', async () => {
    await using stack = bench(`${HEAD}[plugins.counter]\nuse = "./counter.mjs"\nloud = true\n${STEADY}`);
    stack.write('counter.mjs', COUNTER);
    await stack.up().line(/All services started/);
    const client = await clientOf(stack);
    expect(await client.call('counter', 'seen', { greeting: 'hello' })).toMatchObject({
      greeting: 'hello',
      config: { loud: true },
    });
    await expect(client.call('counter', 'sen')).rejects.toMatchObject({
      code: 'ERR_PLUGIN_CALL',
      hint: expect.stringContaining('seen'),
    });
    await expect(client.call('counter', 'fail')).rejects.toThrow('cannot call "counter/fail": not today');
    await expect(client.call('absent', 'seen')).rejects.toMatchObject({ code: 'ERR_PLUGIN_CALL' });
  });

  it('adds a command from its ./cli entry, which is not loaded into the supervisor and needs none', async () => {
    await using stack = bench(`${HEAD}plugins = ["counter"]\n${STEADY}`);
    install(stack.folder, 'tappet-plugin-counter', {
      files: {
        'index.js': COUNTER,
        'cli.js': `export const commands = [{ name: 'count', summary: 'how often it was set up', async run({ args, io, connect }) {
          if (args.includes('--help')) { io.out('count [WORD]\\n'); return 0; }
          const client = await connect();
          const { generations, greeting } = await client.call('counter', 'seen', { greeting: args[0] });
          io.out(greeting + ' ' + generations + '\\n');
          return 7;
        } }];`,
      },
    });
    expect((await stack.run(['--help'])).stdout).toMatch(/count .*how often it was set up/);
    expect(await stack.run(['count', '--help'])).toMatchObject({ code: 0, stdout: 'count [WORD]\n' });
    expect(await stack.run(['count', 'hello'])).toMatchObject({ code: 3, stdout: '' });
    await stack.up().line(/All services started/);
    expect(await stack.run(['count', 'hello'])).toEqual({ code: 7, stdout: 'hello 1\n', stderr: '' });
  });
});
