import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileSink, type OutputSink, systemClock } from '@tappet/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isLiving, loggerInto, openRig, type Rig, until, untilOutput } from './rig.ts';

let rig: Rig;

beforeEach(async () => {
  rig = await openRig();
});

afterEach(() => rig.close());

/** What binary-output.mjs prints. */
function binaryOutput(): Buffer {
  return Buffer.concat([
    Buffer.from(Array.from({ length: 256 * 64 }, (_, index) => (index * 7 + (index >> 8)) % 256)),
    Buffer.from([0xc3, 0x28, 0xa0, 0xa1, 0xe2, 0x28, 0xa1]),
    Buffer.alloc(10 * 1024 * 1024, 'x\xff\xfe', 'latin1'),
  ]);
}

describe('the bytes of a service', () => {
  it('arrive in its file exactly as they were written', async () => {
    const path = await rig.logTo('s');
    const running = await rig.start('binary-output.mjs');
    await running.exited;
    await rig.layer.channel('s').drain(20_000);
    expect(readFileSync(path).equals(binaryOutput())).toBe(true);
    expect(rig.layer.channel('s').bytesRead).toBe(binaryOutput().length);
  });

  it('are kept in a ring of 64 KiB', async () => {
    const running = await rig.start('binary-output.mjs');
    await running.exited;
    await rig.layer.channel('s').drain(20_000);
    const tail = rig.layer.channel('s').tail();
    expect(Buffer.from(tail).equals(binaryOutput().subarray(-65_536))).toBe(true);
  });

  it('wait in the pipe while a sink is busy, and none is lost', async () => {
    const taken: Buffer[] = [];
    let resumeSink = (): void => {};
    let pauses = 0;
    await rig.layer.channel('s').setSinks((_stream, resume) => {
      resumeSink = resume;
      return {
        write(chunk) {
          taken.push(Buffer.from(chunk));
          pauses++;
          setTimeout(resume, 2);
          return false;
        },
      };
    });
    const running = await rig.start('/bin/sh', ['-c', 'seq 1 60000']);
    await running.exited;
    await rig.layer.channel('s').drain(20_000);
    expect(pauses).toBeGreaterThan(3);
    const lines = Buffer.concat(taken).toString().trim().split('\n');
    expect([lines.length, lines.at(-1)]).toEqual([60_000, '60000']);
    resumeSink();
  });

  it('go to the new sinks after a change, and the old ones are closed', async () => {
    const events: string[] = [];
    const sink = (name: string): OutputSink => ({
      write(chunk) {
        events.push(`${name}: ${Buffer.from(chunk).toString().trim()}`);
        return true;
      },
      close: () => void events.push(`${name} closed`),
    });
    const channel = rig.layer.channel('s');
    await channel.setSinks(() => sink('first'));
    channel.inject(Buffer.from('one\n'));
    await channel.setSinks(() => sink('second'));
    channel.inject(Buffer.from('two\n'));
    await channel.setSinks(() => undefined);
    channel.inject(Buffer.from('three\n'));
    expect(events).toEqual(['first: one', 'first closed', 'second: two', 'second closed']);
    expect(rig.output()).toBe('one\ntwo\nthree\n');
  });

  it('survive a sink that throws', async () => {
    await rig.layer.channel('s').setSinks(() => ({
      write() {
        throw new Error('broken sink');
      },
    }));
    const running = await rig.start('/bin/sh', ['-c', 'echo one; echo two']);
    await running.exited;
    await untilOutput(rig, 'two');
    expect(rig.warnings.filter((line) => line.includes('a sink for output failed'))).toHaveLength(1);
  });

  it('are read again after a restart', async () => {
    for (const word of ['first', 'second', 'third']) {
      const running = await rig.start('/bin/echo', [word]);
      await running.exited;
      await untilOutput(rig, word);
    }
    expect(rig.output()).toBe('first\nsecond\nthird\n');
  });
});

const canMount = process.getuid?.() === 0;
if (!canMount) console.warn('not root: the test with a full disk is skipped');

describe.skipIf(!canMount && process.env['CI'] === undefined)('a full disk under the log', () => {
  it('neither stops nor blocks the service, and nothing is lost within the budget', async () => {
    const disk = join(rig.directory, 'disk');
    mkdirSync(disk);
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).status).toBe(0);
    try {
      const ballast = join(disk, 'ballast');
      writeFileSync(ballast, Buffer.alloc(48 * 1024));
      const path = join(disk, 'log');
      const warnings: string[] = [];
      const options = { path, log: loggerInto(warnings), clock: systemClock };
      await rig.layer.channel('s').setSinks((_stream, resume) => fileSink({ ...options, resume }));
      const running = await rig.start('counts-lines.mjs', ['4000', '3000']);
      await until('the disk is full', () => warnings.length > 0);
      expect(isLiving(running.identity.pid)).toBe(true);
      rmSync(ballast);
      expect(await running.exited).toMatchObject({ code: 0 });
      await until('all lines', () => readFileSync(path, 'utf8').includes('line 2999\n'));
      const lines = readFileSync(path, 'utf8').trim().split('\n');
      expect(lines).toEqual(Array.from({ length: 3000 }, (_, index) => `line ${index}`));
      await rig.layer.channel('s').setSinks(() => undefined);
    } finally {
      spawnSync('umount', ['-l', disk]);
    }
  });

  it('keeps no service from starting when it is the disk of the runtime directory', async () => {
    const disk = join(rig.directory, 'disk');
    mkdirSync(disk);
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).status).toBe(0);
    const other = await openRig({ directory: disk, keep: true });
    try {
      await other.layer.prepare([{ name: 's', output: 'merged', user: undefined }]);
      spawnSync('sh', ['-c', `cat /dev/zero >${disk}/ballast`]);
      expect(() => writeFileSync(join(disk, 'more'), 'more')).toThrow(/ENOSPC/);
      for (let round = 0; round < 2; round++) {
        const running = await other.start('/bin/sleep', ['1000']);
        running.signal('SIGTERM', 'group');
        expect(await running.exited).toMatchObject({ signal: 'SIGTERM' });
        expect(await running.sweep(5000)).toBe(0);
      }
      const script = await other.layer.runScript({
        service: 's',
        spec: other.request('/bin/true').spec,
        label: 'pre',
        script: { kind: 'inline', text: 'echo "script runs" as $0' },
        timeoutMs: 0,
        signal: new AbortController().signal,
      });
      expect(script).toMatchObject({ code: 0 });
      await untilOutput(other, 'script runs as pre');
    } finally {
      await other.close();
      spawnSync('umount', ['-l', disk]);
    }
  });
});

describe('too few descriptors for a pipe each', () => {
  it('lets all services run and reads their output in turns', async () => {
    const poor = await openRig({ maxReaders: 2 });
    const names = Array.from({ length: 6 }, (_, index) => `poor${index}`);
    const running = await Promise.all(
      names.map((service) => poor.start('/bin/sh', ['-c', `echo hello from ${service}; exec sleep 1000`], { service })),
    );
    for (const service of names) await untilOutput(poor, `hello from ${service}\n`, service);
    expect(poor.layer.notes().join()).toContain('read in turns');
    for (const one of running) one.signal('SIGKILL', 'group');
    await Promise.all(running.map(({ exited }) => exited));
    await poor.close();
  });
});

it('makes pipes that only their owner can open', async () => {
  await rig.layer.prepare([{ name: 's', output: 'merged', user: undefined }]);
  const { mode } = statSync(join(rig.directory, 'pipes', 's~output'));
  expect((mode & 0o777).toString(8)).toBe('600');
});
