import { describe, expect, it } from 'vitest';
import { definePlugin, type Plugin } from '../../../../packages/core/src/plugin/define-plugin.ts';
import { failureOf } from '../hooks/rig.ts';
import { hostRig, webPlan } from './host-rig.ts';

/** A server of which there can be only one per port, as the recipe in the documentation of `onActivate` makes it. */
function listener(lines: string[]): { plugin: Plugin; ports: Set<number> } {
  const ports = new Set<number>();
  let generations = 0;
  const plugin = definePlugin({
    name: 'listener',
    setup({ config, carry, onActivate, onInForce }) {
      const generation = ++generations;
      const { port } = config as { port: number };
      const server = carry(
        `server:${port}`,
        () => ({ port, isListening: false, routes: 0 }),
        (closing) => {
          ports.delete(closing.port);
          lines.push(`closed ${closing.port}`);
        },
      );
      onActivate(() => {
        if (server.isListening) return;
        if (ports.has(port)) throw new Error(`port ${port} is taken`);
        ports.add(port);
        server.isListening = true;
        lines.push(`listening on ${port}`);
      });
      onInForce(() => {
        server.routes = generation;
        lines.push(`port ${port} answers with generation ${generation}`);
      });
    },
  });
  return { plugin, ports };
}

const onPort = (port: number): typeof webPlan => ({ ...webPlan, pluginConfig: { listener: { port } } });
const failing = definePlugin({
  name: 'failing',
  setup: ({ onActivate }) =>
    onActivate(() => {
      throw new Error('boom');
    }),
});

describe('carried values', () => {
  it('stay through a reload, so that an exclusive resource is opened once', async () => {
    const { load } = hostRig();
    const lines: string[] = [];
    const { plugin } = listener(lines);
    await load([plugin], onPort(80));
    await load([plugin], onPort(80));
    expect(lines).toEqual([
      'listening on 80',
      'port 80 answers with generation 1',
      'port 80 answers with generation 2',
    ]);
  });

  it('are replaced when their key changes, the new one before the old one goes', async () => {
    const { load } = hostRig();
    const lines: string[] = [];
    const { plugin, ports } = listener(lines);
    await load([plugin], onPort(80));
    lines.length = 0;
    await load([plugin], onPort(81));
    expect(lines).toEqual(['listening on 81', 'port 81 answers with generation 2', 'closed 80']);
    expect([...ports]).toEqual([81]);
  });

  it('of a reload that failed are disposed, those it found stay as they were', async () => {
    const { load } = hostRig();
    const lines: string[] = [];
    const { plugin, ports } = listener(lines);
    await load([plugin], onPort(80));
    lines.length = 0;
    expect(await failureOf(load([plugin, failing], onPort(81)))).toMatchObject({ code: 'ERR_PLUGIN_SETUP' });
    expect(await failureOf(load([plugin, failing], onPort(80)))).toMatchObject({ code: 'ERR_PLUGIN_SETUP' });
    expect(lines).toEqual(['listening on 81', 'closed 81']);
    expect([...ports]).toEqual([80]);
  });

  it('go with their plugin, and with the host', async () => {
    const { host, load } = hostRig();
    const lines: string[] = [];
    const { plugin, ports } = listener(lines);
    await load([plugin], onPort(80));
    await load([]);
    expect([...ports]).toEqual([]);
    await load([plugin], onPort(80));
    await host.close();
    expect([...ports]).toEqual([]);
    expect(lines.filter((line) => line.startsWith('closed'))).toHaveLength(2);
  });

  it('belong to one plugin each, whatever their key', async () => {
    const { load } = hostRig();
    const seen: string[] = [];
    const plugin = (name: string): Plugin =>
      definePlugin({ name, setup: ({ carry }) => void seen.push(carry('state', () => name)) });
    await load([plugin('a'), plugin('b')]);
    expect(seen).toEqual(['a', 'b']);
  });

  it('report a failing disposal with plugin and key', async () => {
    const { host, load, complaints, clock } = hostRig();
    await load([
      definePlugin({
        name: 'bad',
        setup({ carry }) {
          carry(
            'a',
            () => 1,
            () => {
              throw new Error('boom');
            },
          );
          carry(
            'b',
            () => 2,
            () => new Promise(() => {}),
          );
        },
      }),
    ]);
    const closing = host.close();
    await clock.advance(5000);
    await closing;
    expect(complaints()).toEqual([
      'dispose of "b" of plugin "bad" failed: it did not settle within 5000 ms',
      'dispose of "a" of plugin "bad" failed: boom',
    ]);
  });
});
