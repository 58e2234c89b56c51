import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Bench, bench, until } from '../support/tappet.ts';

const BIN = fileURLToPath(new URL('../../../packages/cli/dist/bin.cjs', import.meta.url));

const config = (words = ''): string => `
project = "shop"
[plugins.control]
[plugins.logrotate]
directory = "log"
budget = "20MiB"
${words}
[[services]]
name = "web"
command = "/bin/sh -c 'seq 1 300000; echo wrong >&2; exec sleep 1000'"
stop_timeout = 1
[services.logrotate]
size = "500K"
rotate = 9
stderr = "web.err.log"
timestamps = true
[[services]]
name = "db"
command = "/bin/sh -c 'echo ready; exec sleep 1000'"
stop_timeout = 1
[[services]]
name = "evil"
command = '''/bin/sh -c "printf 'evil \\033]0;title\\007\\033[31mred\\033[0m\\033[2J end\\n'; exec sleep 1000"'''
stop_timeout = 1
`;

async function up(text: string): Promise<Bench> {
  const one = bench(text);
  await one.up().line(/All services started/);
  await until(() => readLog(one, 'web.log').includes(' 300000\n'), 'the last line');
  return one;
}

function readLog(one: Bench, name: string): string {
  const path = join(one.folder, 'log', name);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** What a command says to a terminal: `script` is one, as far as the command can tell. */
function onTerminal({ folder }: Bench, words: string): string {
  const command = `${process.execPath} ${BIN} ${words}`;
  const env = { ...process.env, TAPPET_RUNTIME_DIR: join(folder, 'run'), TERM: 'xterm' };
  return spawnSync('script', ['-qec', command, '/dev/null'], { cwd: folder, env }).stdout.toString();
}

describe('the commands of the plugin', () => {
  it('read logs across old and compressed files, and tell what they take', async () => {
    await using one = await up(config());
    await until(() => existsSync(join(one.folder, 'log/web.log.9.gz')), 'compression');
    await until(async () => (await one.run(['logs', 'web', '--grep', ' 300000$'])).stdout !== '', 'the last line');

    const tail = await one.run(['logs', 'web', '-n', '3', '--grep', ' \\d+$']);
    expect(tail.stdout).toMatch(/T[\d:.]+Z 299998\n.*Z 299999\n.*Z 300000\n$/s);
    const all = await one.run(['logs', 'web', '--since', '1h', '--grep', '000$']);
    expect(all.stdout.trim().split('\n').at(-1)).toMatch(/ 300000$/);
    const failures = await one.run(['log-files', 'web', '--grep', 'wrong']);
    expect(failures.stdout).toMatch(/^web err \| .* wrong\n$/);
    const json = await one.run(['log-files', 'db', '--json']);
    expect(JSON.parse(json.stdout)).toEqual({ service: 'db', stream: 'output', text: 'ready' });
    const disk = await one.run(['logs', '--disk', '--json']);
    expect(JSON.parse(disk.stdout)).toMatchObject({
      budget: 20 * 1024 * 1024,
      services: [{ service: 'web', oldFiles: 9 }, {}, {}],
    });

    const rotated = await one.run(['log-files', 'db', '--rotate']);
    expect(rotated.stdout).toBe(`rotated ${join(one.folder, 'log/db.log')}\n`);
    expect(readLog(one, 'db.log')).toBe('');
    expect((await one.run(['log-files', 'db'])).stdout).toBe('ready\n');

    expect(onTerminal(one, 'logs evil --grep evil')).toBe('evil \u001B[31mred\u001B[0m end\r\n');
    expect((await one.run(['logs', 'evil', '--grep', 'evil'])).stdout).toContain('\u001B]0;title\u0007');

    const unknown = await one.run(['log-files', 'dbs']);
    expect(unknown).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/no log of a service "dbs".*web, db, evil/s),
    });
    expect((await one.run(['log-files', '--since', 'soon'])).code).toBe(2);
  });

  it('rotate logs of others in the running supervisor, and as a program without one', async () => {
    await using one = bench(config('include = ["other.conf"]\nstate = "other.status"').replace('other.conf', 'OTHER'));
    const path = join(one.folder, 'other.log');
    const rules = one.write('other.conf', `${path} {\n  size 1\n  rotate 3\n}\n`);
    writeFileSync(path, 'one\n');
    one.write('services.toml', config(`include = ["${rules}"]\nstate = "${join(one.folder, 'other.status')}"`));
    one.up();
    await until(() => existsSync(`${path}.1`), 'the rotation');
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('one\n');
    await until(() => existsSync(join(one.folder, 'other.status')), 'the state');

    writeFileSync(path, 'two\n');
    const explained = await one.run(['logrotate', '--explain', '-s', join(one.folder, 'other.status'), rules]);
    expect(explained).toMatchObject({ code: 0, stdout: expect.stringContaining('It is rotated by the next run.') });
    expect((await one.run(['logrotate', '-s', join(one.folder, 'status'), rules])).code).toBe(0);
    expect(readFileSync(`${path}.2`, 'utf8')).toBe('one\n');
  });
});
