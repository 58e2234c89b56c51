import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bench } from '../support/tappet.ts';

const SLEEPER = 'command = "/bin/sleep"\nargs = ["1000"]';

describe('bad input', () => {
  it.each([
    { what: 'a TOML syntax error', config: '[[services]]\nname = "a"\ncommand = \n', says: [/services\.toml:3:/] },
    {
      what: 'an unknown key',
      config: `[[services]]\nname = "a"\n${SLEEPER}\nrestrat = "always"\n`,
      says: [/services\.toml:5:1/, /restrat = "always"/, /did you mean "restart"\?/],
    },
    {
      what: 'a section of a plugin that is not loaded',
      config: `[[services]]\nname = "a"\n${SLEEPER}\n[services.healthcheck]\nhttp = "http://127.0.0.1/"\n`,
      says: [/healthcheck/, /@tappet\/plugin-healthcheck/],
    },
    {
      what: 'a wrong type',
      config: `[[services]]\nname = "a"\n${SLEEPER}\nenabled = "yes"\n`,
      says: [/services\.toml:5:/, /"yes"/],
    },
    {
      what: 'a duplicate name',
      config: `[[services]]\nname = "a"\n${SLEEPER}\n[[services]]\nname = "a"\n${SLEEPER}\n`,
      says: [/services\.toml:6:/, /"a"/],
    },
    {
      what: 'an unknown user',
      config: `[[services]]\nname = "a"\n${SLEEPER}\nuser = "nobody-here"\n`,
      says: [/services\.toml:5:/, /nobody-here/],
    },
    {
      what: 'a user that looks like a number',
      config: `[[services]]\nname = "a"\n${SLEEPER}\nuser = "0day"\n`,
      says: [/0day/],
    },
    {
      what: 'a variable without a value',
      config: `[[services]]\nname = "a"\ncommand = "/bin/sleep"\nargs = ["\${NO_SUCH_VARIABLE}"]\n`,
      says: [/services\.toml:4:/, /NO_SUCH_VARIABLE/],
    },
    {
      what: 'a plugin that is not installed',
      config: `plugins = ["no-such-thing"]\n[[services]]\nname = "a"\n${SLEEPER}\n`,
      says: [/no-such-thing/, /npm install/],
    },
  ])('$what: exit code 2, the place and the remedy, and nothing is started', async ({ config, says }) => {
    await using stack = bench(config);
    for (const command of ['up', 'check']) {
      const { code, stderr, stdout } = await stack.run([command]);
      expect(code, stderr).toBe(2);
      for (const pattern of says) expect(stderr).toMatch(pattern);
      expect(stdout).not.toMatch(/Starting service/);
    }
  });

  it('reports every issue of a file at once', async () => {
    await using stack = bench('[[services]]\nname = "a"\nenabled = 3\nfoo = 1\n[[services]]\ncommand = "x"\n');
    const { stderr } = await stack.run(['check']);
    for (const line of ['services.toml:3:', 'services.toml:4:', 'command', 'name']) expect(stderr).toContain(line);
  });

  it('says which PATH was searched for a command that does not exist, and starts the others', async () => {
    await using stack = bench(
      `[[services]]\nname = "a"\ncommand = "no-such-program"\n[[services]]\nname = "b"\n${SLEEPER}\n`,
    );
    const daemon = stack.up();
    await daemon.line(/Not every service started: a failed/);
    expect(daemon.lines().join('\n')).toMatch(/no-such-program.*PATH.*\/usr\/bin/s);
    expect((await stack.status()).services.map(({ state }) => state)).toEqual(['FAILED', 'RUNNING']);
    expect((await stack.run(['check'])).stderr).toMatch(/no-such-program/);
  });

  it('ends a pre_script that hangs, with everything it forked', async () => {
    await using stack = bench(
      `[[services]]\nname = "a"\n${SLEEPER}\nstart_timeout = 1\npre_script = """\n#!/bin/sh\nsleep 1000 &\nsleep 1000\n"""\n`,
    );
    const daemon = stack.up();
    await daemon.line(/its pre_script did not end within 1s/);
    expect((await stack.status()).services[0]).toMatchObject({ state: 'FAILED' });
  });

  it.each([
    { args: ['status'], code: 3, says: /no supervisor|not running|is running/i },
    { args: ['start', 'web'], code: 3, says: /tappet up/ },
    { args: ['frobnicate'], code: 2, says: /frobnicate/ },
    { args: ['statsu'], code: 2, says: /status/ },
    { args: ['status', '--nope'], code: 2, says: /--nope/ },
  ])('$args without a supervisor: exit code $code', async ({ args, code, says }) => {
    await using stack = bench(`[[services]]\nname = "web"\n${SLEEPER}\n`);
    const result = await stack.run(args);
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(says);
  });

  it('names the nearest service for one that does not exist: exit code 4', async () => {
    await using stack = bench(`[[services]]\nname = "web-server"\n${SLEEPER}\n`);
    await stack.up().line(/All services started/);
    const { code, stderr } = await stack.run(['restart', 'web-sever']);
    expect(code).toBe(4);
    expect(stderr).toMatch(/did you mean "web-server"\?/);
  });

  it('keeps the old plan when the new file is wrong: exit code 2, nothing touched', async () => {
    await using stack = bench(`[[services]]\nname = "web"\n${SLEEPER}\n`);
    await stack.up().line(/All services started/);
    const [before] = (await stack.status()).services;
    stack.write('services.toml', '[[services]]\nname = "web"\ncommand = 5\n');
    const { code, stderr } = await stack.run(['reload']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/services\.toml:3/);
    expect((await stack.status()).services).toMatchObject([{ name: 'web', state: 'RUNNING', pid: before?.pid }]);
  });

  it.skipIf(process.getuid?.() !== 0)('as root, refuses a configuration that others may write', async () => {
    await using stack = bench(`[[services]]\nname = "web"\n${SLEEPER}\n`);
    chmodSync(join(stack.folder, 'services.toml'), 0o666);
    const { code, stderr } = await stack.run(['up']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/chmod go-w|chmod o-w/);
  });

  it.skipIf(process.getuid?.() !== 0)('as root, refuses a plugin that others may write', async () => {
    await using stack = bench(`plugins = ["./plugin.mjs"]\n[[services]]\nname = "web"\n${SLEEPER}\n`);
    const path = stack.write('plugin.mjs', "export default { name: 'plugin', setup() {} };\n");
    chmodSync(path, 0o666);
    const { code, stderr } = await stack.run(['up']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/plugin\.mjs/);
  });

  it('a plugin that throws in its setup is named, and nothing is started', async () => {
    await using stack = bench(`plugins = ["./broken.mjs"]\n[[services]]\nname = "web"\n${SLEEPER}\n`);
    mkdirSync(join(stack.folder, 'empty'));
    writeFileSync(
      join(stack.folder, 'broken.mjs'),
      "export default { name: 'broken', setup() { throw new Error('no licence'); } };\n",
    );
    const { code, stderr, stdout } = await stack.run(['up']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/broken.*no licence/s);
    expect(stdout).not.toMatch(/Starting service/);
  });
});

describe('log files', () => {
  it('are asked of the supervisor: without one, exit code 3', async () => {
    await using stack = bench(`project = "logs"\n[[services]]\nname = "web"\n${SLEEPER}\n`);
    const { code, stderr } = await stack.run(['logs', '--since', '1h']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/tappet up/);
  });
});
