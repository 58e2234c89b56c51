import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../packages/cli/src/command-line/table.ts';
import { completionScript } from '../../../packages/cli/src/completion/script.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tappet-completion-'));
  writeFileSync(
    join(directory, 'tappet'),
    '#!/bin/sh\nprintf "web RUNNING 1\\nworker STOPPED -\\nredis RUNNING 2\\n"\n',
    {
      mode: 0o755,
    },
  );
});
afterAll(() => rmSync(directory, { recursive: true }));

function has(program: string): boolean {
  return spawnSync(program, ['-c', ':']).status === 0;
}

function script(shell: string): string {
  const text = completionScript(shell, COMMANDS);
  if (text === undefined) throw new Error(`no script for ${shell}`);
  const file = join(directory, `script.${shell}`);
  writeFileSync(file, text);
  return file;
}

/** What bash would propose for the last of these words. */
function propose(words: readonly string[]): string[] {
  const program = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tappet; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', program, 'bash', script('bash'), ...words], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${directory}:${process.env['PATH']}` },
  });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
}

function skipAloud(shell: string): boolean {
  const isMissing = !has(shell);
  if (isMissing && process.env['CI'] === undefined) console.warn(`skipped: no ${shell} on this machine`);
  return isMissing && process.env['CI'] === undefined;
}

describe('bash', () => {
  it('reads the script without a complaint', () => {
    expect(spawnSync('bash', ['-n', script('bash')], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  it.each([
    [
      ['tappet', 'sta'],
      ['status', 'start'],
    ],
    [['tappet', 'dae'], ['daemon']],
    [
      ['tappet', 'restart', 'w'],
      ['web', 'worker'],
    ],
    [['tappet', 'logs', 'web', '--f'], ['--follow']],
    [
      ['tappet', 'up', '--log-format', ''],
      ['text', 'json'],
    ],
    [
      ['tappet', 'signal', '-s', 'US'],
      ['USR1', 'USR2'],
    ],
    [
      ['tappet', 'completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['tappet', 'logs', '-n', ''], []],
  ])('%j → %j', (words, expected) => {
    expect(propose(words).sort()).toEqual([...expected].sort());
  });
});

describe.each(['zsh', 'fish'])('%s', (shell) => {
  it.skipIf(skipAloud(shell))('reads the script without a complaint', () => {
    expect(spawnSync(shell, ['-n', script(shell)], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  it('knows every command and option', () => {
    const text = completionScript(shell, COMMANDS) ?? '';
    for (const { name, options } of COMMANDS) {
      expect(text).toContain(name);
      for (const option of options) expect(text).toContain(shell === 'zsh' ? `--${option.name}` : `-l ${option.name}`);
    }
  });
});

describe('fish', () => {
  it.skipIf(skipAloud('fish')).each([
    ['tappet sta', ['start', 'status']],
    ['tappet restart w', ['web', 'worker']],
    ['tappet daemon --log-format ', ['json', 'text']],
  ])('%j → %j', (words, expected) => {
    const { stdout } = spawnSync('fish', ['-c', `source ${script('fish')}; complete -C '${words}'`], {
      encoding: 'utf8',
      env: { ...process.env, HOME: directory, PATH: `${directory}:${process.env['PATH']}` },
    });
    const proposals = stdout.split('\n').filter((line) => line !== '');
    expect(new Set(proposals.map((line) => line.split('\t')[0]))).toEqual(new Set(expected));
  });
});

describe('zsh', () => {
  it.skipIf(skipAloud('zsh'))('takes the script in after compinit', () => {
    const program = `autoload -U compinit; compinit -u -D; source ${script('zsh')}; print -r -- $_comps[tappet]`;
    const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', program], { encoding: 'utf8' });
    expect({ stdout, stderr }).toEqual({ stdout: '_tappet\n', stderr: '' });
  });
});

it('has no script for another shell', () => {
  expect(completionScript('tcsh', COMMANDS)).toBeUndefined();
  expect(completionScript('constructor', COMMANDS)).toBeUndefined();
});
