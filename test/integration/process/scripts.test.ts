import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ScriptRequest, ScriptResult } from '@tappet/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { living, openRig, type Rig, uniqueSeconds, until, untilOutput } from './rig.ts';

let rig: Rig;

beforeEach(async () => {
  rig = await openRig();
});

afterEach(() => rig.close());

function run(
  script: string | { file: string },
  options: Partial<ScriptRequest> & { user?: string } = {},
): Promise<ScriptResult> {
  const { user, ...rest } = options;
  return rig.layer.runScript({
    service: 's',
    spec: rig.request('/bin/true', [], { spec: { user, env: { PATH: '/usr/bin:/bin', WHO: 'world' } } }).spec,
    label: 'pre',
    script: typeof script === 'string' ? { kind: 'inline', text: script } : { kind: 'file', path: script.file },
    timeoutMs: 0,
    signal: new AbortController().signal,
    ...rest,
  });
}

describe('a script', () => {
  it('runs with the environment of the service, and its output goes where that of the service goes', async () => {
    expect(await run('echo "hello $WHO"; echo "to stderr" >&2')).toMatchObject({ code: 0, timedOut: false });
    await untilOutput(rig, 'hello world\nto stderr\n');
  });

  it('is run by the interpreter of its first line, with that line’s argument', async () => {
    expect(await run('#!/bin/sh -e\nfalse\necho not reached\n')).toMatchObject({ code: 1 });
    expect(await run('#!/usr/bin/env python3\nprint(6 * 7)\n')).toMatchObject({ code: 0 });
    await untilOutput(rig, '42\n');
  });

  it('may be a file, which need not be executable', async () => {
    const file = join(rig.directory, 'script');
    writeFileSync(file, '#!/bin/sh -u\necho "from a file"; exit 5\n');
    chmodSync(file, 0o600);
    expect(await run({ file })).toMatchObject({ code: 5 });
    await untilOutput(rig, 'from a file\n');
  });

  it('may be a compiled program', async () => {
    expect(await run({ file: '/bin/false' })).toMatchObject({ code: 1 });
  });

  it('that does not exist is reported, not thrown', async () => {
    const result = await run({ file: '/nowhere/script' });
    expect(result).toMatchObject({ code: undefined, signal: undefined });
    expect(result.error).toMatch(/ENOENT.*\/nowhere\/script/);
  });

  it.skipIf(process.getuid?.() !== 0 && process.env['CI'] === undefined)(
    'runs as the user of the service',
    async () => {
      expect(await run('id -un; id -gn', { user: 'daemon' })).toMatchObject({ code: 0 });
      await untilOutput(rig, 'daemon\ndaemon\n');
    },
  );

  it('is killed with its group at its time limit', async () => {
    const seconds = uniqueSeconds();
    const result = await run(`sleep ${seconds} & sleep ${seconds}`, { timeoutMs: 150 });
    expect(result).toMatchObject({ timedOut: true, aborted: false, signal: 'SIGKILL' });
    expect(result.durationMs).toBeLessThan(5000);
    expect(living('sleep', seconds)).toBe(0);
  });

  it('is killed with its group, and with what left the group, when it is taken back', async () => {
    const seconds = uniqueSeconds();
    const abort = new AbortController();
    const running = run(`setsid sleep ${seconds} & sleep ${seconds}`, { signal: abort.signal });
    await until('both children', () => living('sleep', seconds) === 2);
    abort.abort();
    expect(await running).toMatchObject({ aborted: true, timedOut: false });
    expect(living('sleep', seconds)).toBe(0);
  });

  it('does not start after it was taken back', async () => {
    expect(await run('echo never', { signal: AbortSignal.abort() })).toMatchObject({ aborted: true });
    expect(rig.output()).toBe('');
  });

  it('leaves no process and no file behind', async () => {
    const seconds = uniqueSeconds();
    await run(`setsid sleep ${seconds} </dev/null >/dev/null 2>&1 &`);
    expect(living('sleep', seconds)).toBe(0);
    expect(readdirSync(join(rig.directory, 'scripts'))).toEqual([]);
    expect(readdirSync(join(rig.directory, 'launches'))).toEqual([]);
  });

  it('may run beside its service and does it no harm', async () => {
    const running = await rig.start('/bin/sleep', ['1000']);
    await run('exit 0', { label: 'action' });
    expect(running.signal('SIGTERM', 'group')).toBe(true);
    expect(await running.exited).toMatchObject({ signal: 'SIGTERM' });
  });
});
