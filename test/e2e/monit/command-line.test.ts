import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, bench, until } from '../support/tappet.ts';

const BIN = fileURLToPath(new URL('../../../packages/cli/dist/bin.cjs', import.meta.url));

let own: Bench;
beforeEach(() => {
  own = bench('');
  own.write('services.toml', `[plugins.monit-compat]\ninclude = ["${own.folder}/monitrc"]\n`);
  own.write(
    'monitrc',
    `set daemon 1
check program slow with path "/bin/sleep 100"
  if status != 0 then alert
check file gone with path ${own.folder}/gone
  group some
  if does not exist then alert
`,
  );
  chmodSync(`${own.folder}/monitrc`, 0o600);
});
afterEach(() => own[Symbol.asyncDispose]());

/** A rehearsal, and what it says. */
function rehearse(...options: string[]): { child: ChildProcess; said: () => string; ended: Promise<number> } {
  let text = '';
  const child = spawn(process.execPath, [BIN, 'monit', 'rehearse', ...options, '-c', 'monitrc'], {
    cwd: own.folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<number>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
  return { child, said: () => text, ended };
}

describe('tappet monit rehearse', () => {
  it('ends after its cycles with 0, though a check still runs', async () => {
    const { said, ended } = rehearse('--cycles', '1');
    expect(await ended).toBe(0);
    expect(said().match(/gone: Does not exist/g)).toHaveLength(1);
  });

  it.each([
    ['SIGINT', [], 0],
    ['SIGTERM', [], 0],
    ['SIGINT', ['--cycles', '100'], 130],
    ['SIGTERM', ['--cycles', '100'], 143],
  ] as const)('ends at once with %s %j: exit code %i', async (signal, options, code) => {
    const { child, said, ended } = rehearse(...options);
    await until(() => said().includes('Does not exist'), 'it has looked');
    const startedMs = performance.now();
    child.kill(signal);
    expect(await ended).toBe(code);
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });

  it.each([0, 30, 60, 90, 120, 150, 200, 300])('ends at once with a signal %i ms after its start', async (afterMs) => {
    const { child, ended } = rehearse('--cycles', '100');
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    child.kill('SIGTERM');
    expect(await ended).toBe(143);
  });
});

describe("monit's habits on the command line", () => {
  it('-t and -c judge a file, options may stand in front', async () => {
    const judged = await own.run(['monit', '-t', '-c', 'monitrc']);
    expect(judged).toMatchObject({ code: 0, stderr: '' });
    expect(judged.stdout).toContain('monitrc: accepted: 2 services');
    expect((await own.run(['monit', '-c', 'none', '-t'])).code).toBe(1);
    expect((await own.run(['monit', '-vv', '-c', 'monitrc', 'explain'])).stdout).toContain('gone: ');
  });

  it('what has no meaning here is refused with the way to go', async () => {
    for (const [words, hint] of [
      [['-d', '10'], 'poll in [plugins.monit-compat]'],
      [['-I'], '"tappet up"'],
      [['-p', '/x', 'status'], '"tappet status"'],
      [['reload'], '"tappet reload"'],
      [['quit'], '"tappet down"'],
      [['-c'], 'needs a file'],
      [['status', '-Z'], 'no option -Z'],
      [[], 'tappet monit --help'],
    ] as const) {
      const { code, stdout, stderr } = await own.run(['monit', ...words]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(hint);
    }
  });

  it('without a supervisor 3 and the next step; with one, names, patterns and groups', async () => {
    const lonely = await own.run(['monit', 'summary']);
    expect(lonely.code).toBe(3);
    expect(lonely.stderr).toContain('tappet up');
    own.up();
    await until(async () => (await own.run(['monit', 'summary', '-c', 'monitrc'])).code === 0, 'it answers');
    expect(await own.run(['monit', '-B', '-g', 'some', 'summary'])).toMatchObject({ code: 0, stderr: '' });
    expect((await own.run(['monit', 'unmonitor', 'G.*'])).stdout).toBe('gone: unmonitor\n');
    const other = await own.run(['monit', '-c', 'other', 'report', 'unmonitored']);
    expect(other.stdout).toBe('1\n');
    expect(other.stderr).toContain('monitrc');
    const unknown = await own.run(['monit', 'stop', 'gine']);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain(`called "gine"; did you mean "gone"?`);
    expect((await own.run(['monit', '-g', 'none', 'stop'])).code).toBe(1);
  });
});
