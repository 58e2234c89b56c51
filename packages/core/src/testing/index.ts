export type { Clock, Timer } from '../clock.ts';
export type { ScriptRequest, SpawnRequest } from '../process/contract.ts';
export { type ConformanceOptions, describePlugin } from './conformance.ts';
export type { FakeChannel } from './fake-channel.ts';
export {
  type FakeAction,
  fakeProcesses,
  type FakeProcesses,
  type FakeProcessesOptions,
  type FakeProgramSource,
  type FakeScriptSource,
} from './fake-processes.ts';
export type { FakeProgram, FakeReaction } from './fake-program.ts';
export type { FakeScript } from './fake-script.ts';
export { type HarnessOptions, type PluginHarness, pluginHarness } from './harness.ts';
export type { HarnessConfig } from './harness-config.ts';
export { type LogLine, recordedLog } from './recorded-log.ts';
export { virtualClock, type VirtualClock, type VirtualClockOptions } from './virtual-clock.ts';
