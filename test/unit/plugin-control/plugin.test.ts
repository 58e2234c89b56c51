import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PluginContext, silentLogger, systemClock } from '@tappet/core';
import control, { controlSocket } from '@tappet/plugin-control';
import { connect } from '@tappet/plugin-control/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeSupervisor, fakeSupervisor } from './fake-supervisor.ts';

interface Generation {
  activate(): Promise<void>;
  dispose(): Promise<void>;
}

let directory: string;
let supervisor: FakeSupervisor;
let carried: Map<string, unknown>;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tappet-control-'));
  supervisor = fakeSupervisor();
  supervisor.directory = directory;
  carried = new Map();
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Sets the plugin up as the host does, once for each generation. */
async function setUp(): Promise<Generation> {
  const activations: (() => void | Promise<void>)[] = [];
  const disposals: (() => void | Promise<void>)[] = [];
  const context = {
    supervisor,
    clock: systemClock,
    log: silentLogger,
    carry<T>(key: string, init: () => T): T {
      if (!carried.has(key)) carried.set(key, init());
      return carried.get(key) as T;
    },
    onActivate: (activate: () => void | Promise<void>) => void activations.push(activate),
    defer: (dispose: () => void | Promise<void>) => void disposals.push(dispose),
  } as Partial<PluginContext> as PluginContext;
  await control.setup(context);
  return {
    async activate() {
      for (const activate of activations) await activate();
    },
    async dispose() {
      for (const dispose of disposals.toReversed()) await dispose();
    },
  };
}

describe('the control plugin', () => {
  it('opens nothing before it is activated and leaves nothing behind', async () => {
    const generation = await setUp();
    expect(existsSync(controlSocket(directory))).toBe(false);
    await generation.activate();
    expect((await connect({ socket: controlSocket(directory) }).status()).project).toBe('fake');
    await generation.dispose();
    expect(existsSync(controlSocket(directory))).toBe(false);
    expect(supervisor.subscribers).toBe(0);
  });

  it('goes on serving, and its followers go on following, across a reload', async () => {
    const client = connect({ socket: controlSocket(directory) });
    const first = await setUp();
    await first.activate();
    const events = client.events({ follow: true })[Symbol.asyncIterator]();
    await events.next();
    const second = await setUp();
    await second.activate();
    supervisor.emit({ type: 'reload', added: [], removed: [], restarted: [], updated: [] });
    await first.dispose();
    supervisor.emit({ type: 'started', services: 1, failed: [] });
    expect((await events.next()).value).toMatchObject({ type: 'reload', seq: 1 });
    expect((await events.next()).value).toMatchObject({ type: 'started', seq: 2 });
    expect((await client.status()).project).toBe('fake');
    await second.dispose();
    expect(await events.next()).toMatchObject({ done: true });
  });

  it('serves nothing without a runtime directory', async () => {
    supervisor.directory = null;
    const generation = await setUp();
    await generation.activate();
    expect(existsSync(controlSocket(directory))).toBe(false);
    await generation.dispose();
  });
});
