export type { DaemonRecord, ServiceRecord, Store } from './contract.ts';
export { listRuntimeDirectories, type RunningDaemon, runtimeDirectory } from './directory.ts';
export { openStore, type StoreOptions } from './store.ts';
