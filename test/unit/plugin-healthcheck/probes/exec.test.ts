import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attempt, until } from '../../../fixtures/probes/attempt.ts';

let folder = '';
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'tappet-exec-')));
});
afterEach(() => rm(folder, { recursive: true }));

/** Pids of a file, one a line, once it has as many. */
async function pidsIn(file: string, count: number): Promise<number[]> {
  let pids: number[] = [];
  await until(async () => {
    const text = await readFile(file, 'utf8').catch(() => '');
    pids = text.split('\n').filter(Boolean).map(Number);
    return pids.length >= count;
  }, `${count} pids in ${file}`);
  return pids;
}

async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  return state !== '' && state !== 'Z' && state !== 'X';
}

describe('exec', () => {
  it('passes at exit 0, with the last line as its message', async () => {
    const result = await attempt({ exec: ['sh', '-c', 'echo first; echo "all good"'] });
    expect(result).toMatchObject({ ok: true, message: 'all good', detail: { exitCode: 0, output: 'first\nall good' } });
  });

  it('shows nothing of the output that would steer a terminal', async () => {
    const result = await attempt({ exec: ['printf', 'one\\ttwo\\n\\033[2J\\033]0;owned\\007\\033[32mgreen\\033[0m'] });
    expect(result).toMatchObject({ ok: true, message: 'green', detail: { output: 'one\ttwo\ngreen' } });
  });

  it.each([
    ['exit 3', 'exit 3: why', { exitCode: 3, output: 'why' }],
    ['kill -SEGV $$', 'killed by SIGSEGV: why', { signal: 'SIGSEGV', output: 'why' }],
  ])('fails at %s and says what was written to stderr', async (how, message, detail) => {
    expect(await attempt({ exec: ['sh', '-c', `echo why >&2; ${how}`] })).toMatchObject({ ok: false, message, detail });
  });

  it('fails when the program cannot be run', async () => {
    expect(await attempt({ exec: '/no/such/program' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('cannot run /no/such/program: it, or the working directory, does not exist'),
    });
    expect(await attempt({ exec: '/etc/passwd' })).toMatchObject({
      ok: false,
      message: 'cannot run /etc/passwd: it is not executable',
    });
    expect(await attempt({ exec: 'true' }, { context: { cwd: '/no/such/folder' } })).toMatchObject({ ok: false });
  });

  it('runs no shell: the words are the arguments', async () => {
    const result = await attempt({ exec: `printf '%s|' a "b c" $HOME '*' d\\ e ';'` });
    expect(result).toMatchObject({ ok: true, message: 'a|b c|$HOME|*|d e|;|' });
  });

  it('has the environment and the folder of the service, and nothing of ours', async () => {
    const context = { env: { PATH: process.env['PATH'] ?? '', COLOR: 'green' }, cwd: folder };
    const result = await attempt({ exec: ['sh', '-c', 'echo "$COLOR $PWD ${HOME:-homeless}"'] }, { context });
    expect(result.message).toBe(`green ${folder} homeless`);
    const bare = await attempt({ exec: ['sh', '-c', 'echo "${HOME:-homeless}"'] });
    expect(bare.message).toBe('homeless');
  });

  it.skipIf(process.getuid?.() !== 0)('runs as the user of the service', async () => {
    const result = await attempt(
      { exec: ['sh', '-c', 'id -u; id -g'] },
      { context: { user: { uid: 65_534, gid: 65_534 } } },
    );
    expect(result.detail).toMatchObject({ output: '65534\n65534' });
  });

  it('puts the prefix before the command', async () => {
    const result = await attempt(
      { exec: ['sh', '-c', 'echo $COLOR'] },
      { context: { commandPrefix: ['env', 'COLOR=blue'] } },
    );
    expect(result.message).toBe('blue');
  });

  it('is killed at its deadline with everything it started, deaf as they may be', async () => {
    const file = join(folder, 'pids');
    const script = `trap '' TERM INT HUP; echo $$ >> ${file}; sh -c 'trap "" TERM; echo $$ >> ${file}; sleep 600 & echo $! >> ${file}; wait' & wait`;
    const running = attempt({ exec: ['sh', '-c', script] }, { deadlineMs: 1500 });
    const pids = await pidsIn(file, 3);
    expect(await running).toMatchObject({ ok: false, message: 'timed out after 1.5 s while running sh' });
    for (const pid of pids) await until(async () => !(await isAlive(pid)), `${pid} is gone`);
  });

  it('is killed with its group when it is aborted', async () => {
    const file = join(folder, 'pids');
    const abort = new AbortController();
    const running = attempt(
      { exec: ['sh', '-c', `echo $$ >> ${file}; sleep 600 & echo $! >> ${file}; wait`] },
      { signal: abort.signal },
    );
    const pids = await pidsIn(file, 2);
    abort.abort();
    expect(await running).toMatchObject({ ok: false, message: 'aborted' });
    for (const pid of pids) await until(async () => !(await isAlive(pid)), `${pid} is gone`);
  });

  it('does not wait for a child left behind, and leaves it not running', async () => {
    const file = join(folder, 'pids');
    const result = await attempt({ exec: ['sh', '-c', `sleep 600 & echo $! >> ${file}; echo left`] });
    expect(result).toMatchObject({ ok: true, message: 'left' });
    const [pid = 0] = await pidsIn(file, 1);
    await until(async () => !(await isAlive(pid)), `${pid} is gone`);
  });

  it('may write without end: it costs its deadline and a few KiB', async () => {
    const result = await attempt({ exec: 'yes' }, { deadlineMs: 300 });
    expect(result).toMatchObject({ ok: false, detail: { timeout: true } });
    const much = await attempt({ exec: ['sh', '-c', 'head -c 50000000 /dev/zero | tr "\\0" x; echo; echo end'] });
    expect(much).toMatchObject({ ok: true, message: 'end' });
    expect(String(much.detail?.['output']).length).toBeLessThanOrEqual(4096);
  });
});
