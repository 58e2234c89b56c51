// oxlint-disable vitest/expect-expect -- the compiler asserts here: expectTypeOf and @ts-expect-error
import { describe as nodeDescribe, it as nodeIt } from 'node:test';
import type { CliCommand, CliCommandContext } from '@tappet/cli';
import { definePlugin, type ServiceState } from '@tappet/core';
import { type ConformanceOptions, describePlugin, type PluginHarness, pluginHarness } from '@tappet/core/testing';
import type { ControlClient } from '@tappet/plugin-control/client';
import * as v from 'valibot';
import { describe, expectTypeOf, it } from 'vitest';

const typed = definePlugin({ name: 'typed', configSchema: v.object({ a: v.number() }), setup() {} });

describe('the harness', () => {
  it('takes a plugin with types of its own, a configuration as value or text, and programs', () => {
    expectTypeOf(pluginHarness).toBeCallableWith(typed, {
      config: { plugins: { typed: { a: 1 } }, services: [{ name: 'web', command: '/bin/web' }] },
      programs: { web: { exitAfterMs: 10, exitCode: 1, onSignal: { SIGTERM: 'ignore' } } },
    });
    expectTypeOf(pluginHarness).toBeCallableWith(typed, { config: '[plugins.typed]\na = 1' });
    expectTypeOf(pluginHarness).returns.resolves.toEqualTypeOf<PluginHarness>();
    expectTypeOf<PluginHarness>().toExtend<AsyncDisposable>();
    expectTypeOf<PluginHarness['until']>().parameter(1).toEqualTypeOf<ServiceState>();
    // @ts-expect-error there is no such signal
    void (() => pluginHarness(typed, { programs: { web: { onSignal: { SIGNAL: 'ignore' } } } }));
  });
});

describe('the conformance suite', () => {
  it('takes describe and it of vitest and of node:test', () => {
    expectTypeOf({ describe, it }).toExtend<ConformanceOptions>();
    expectTypeOf({ describe: nodeDescribe, it: nodeIt }).toExtend<ConformanceOptions>();
    expectTypeOf(describePlugin).toBeCallableWith(typed, { describe, it });
  });
});

describe('a command of a plugin', () => {
  it('gets the words, the terminal and a client, and ends with a code', () => {
    expectTypeOf<CliCommand['run']>().parameter(0).toEqualTypeOf<CliCommandContext>();
    expectTypeOf<CliCommand['run']>().returns.toEqualTypeOf<Promise<number>>();
    expectTypeOf<CliCommandContext['connect']>().returns.toEqualTypeOf<Promise<ControlClient>>();
    expectTypeOf<CliCommandContext['args']>().toEqualTypeOf<readonly string[]>();
    expectTypeOf<ControlClient['call']>().returns.toEqualTypeOf<Promise<unknown>>();
  });
});
