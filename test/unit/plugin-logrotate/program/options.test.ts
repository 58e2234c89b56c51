import { describe, expect, it } from 'vitest';
import { main } from '@tappet/plugin-logrotate';
import { parseCommandLine } from '../../../../packages/plugin-logrotate/src/program/options.ts';

function options(...argv: readonly string[]): object {
  const line = parseCommandLine(argv);
  return line.kind === 'run' ? line.options : line;
}

describe('the command line', () => {
  it.each([
    [['c'], { configs: ['c'], stateFile: '/var/lib/logrotate/status', mailCommand: '/usr/bin/mail' }],
    [['-vf', 'c'], { isVerbose: true, isForced: true }],
    [['c', '-d'], { configs: ['c'], isDryRun: true, isVerbose: true }],
    [['-s', 'x', 'c'], { stateFile: 'x', configs: ['c'] }],
    [['-sx', 'c'], { stateFile: 'x' }],
    [['-fsx', 'c'], { stateFile: 'x', isForced: true }],
    [['--state=x', 'c'], { stateFile: 'x' }],
    [['--state', 'x', 'c'], { stateFile: 'x' }],
    [['-m', 'cmd', '-l', 'log', 'a', 'b'], { mailCommand: 'cmd', logFile: 'log', configs: ['a', 'b'] }],
    [['--', '-v'], { configs: ['-v'], isVerbose: false }],
    [[], { kind: 'nothing' }],
    [['--version', 'c'], { kind: 'version' }],
    [['-?'], { kind: 'help' }],
    [['--nope', 'c'], { kind: 'mistake', message: 'logrotate: bad argument --nope: unknown option' }],
    [['-x', 'c'], { kind: 'mistake', message: 'logrotate: bad argument -x: unknown option' }],
    [['--force=1', 'c'], { kind: 'mistake' }],
    [['c', '-s'], { kind: 'mistake' }],
    [['--skip-state-lock', '--wait-for-state-lock', 'c'], { kind: 'conflict' }],
  ])('%j', (argv, expected) => {
    expect(options(...argv)).toMatchObject(expected);
  });
});

describe('exit status', () => {
  const run = async (...argv: readonly string[]): Promise<{ status: number; out: string; err: string }> => {
    let out = '';
    let err = '';
    const sink = (take: (text: string) => void) => ({ write: (text: string | Uint8Array) => take(text.toString()) });
    const stdout = sink((text) => (out += text));
    const stderr = sink((text) => (err += Buffer.from(text).toString()));
    return { status: await main(argv, { stdout, stderr }), out, err };
  };

  it.each([
    [['--version'], 0, 'logrotate 3.22.0'],
    [['--help'], 0, '--wait-for-state-lock'],
    [['--usage'], 0, 'Usage:'],
  ])('%j', async (argv, status, text) => {
    const result = await run(...argv);
    expect(result.status).toBe(status);
    expect(result.out).toContain(text);
  });

  it('is 1 without a configuration, 2 for an unknown option', async () => {
    expect((await run()).status).toBe(1);
    expect((await run('--nope')).status).toBe(2);
  });
});
