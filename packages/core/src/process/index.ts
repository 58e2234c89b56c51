export { type CommandQuery, resolveCommand } from './command.ts';
export { type ConsoleSink, consoleSink, type ConsoleSinkOptions } from './console-sink.ts';
export { type ConsoleWriter, consoleWriter } from './console-writer.ts';
export type {
  LastKnown,
  OutputChannel,
  ProcessExit,
  ProcessIdentity,
  ProcessLayer,
  RunningProcess,
  ScriptRequest,
  ScriptResult,
  SpawnRequest,
} from './contract.ts';
export { closeInheritedDescriptors, type DescriptorBudget, descriptorBudget } from './descriptors.ts';
export { type FilePool, sharedFilePool } from './file-pool.ts';
export { type FileSink, fileSink, type FileSinkOptions } from './file-sink.ts';
export { GUARD_SCRIPT, guardArgv } from './guard.ts';
export { isAlive, readIdentity } from './identity.ts';
export { createProcessLayer, type ProcessLayerOptions } from './layer.ts';
export { type GroupEntry, lookUpGroup, lookUpUser, type UserEntry } from './user.ts';
