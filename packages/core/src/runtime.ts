// What a client command needs to find a supervisor, and nothing that takes long to load.
export { TappetError } from './errors/base.ts';
export { parseDuration } from './plan/duration.ts';
export { readPlugins } from './plan/plugin-list.ts';
export { isProjectName, projectName } from './plan/project.ts';
export { OFFICIAL_PLUGINS, readReference } from './plugin/package-names.ts';
export { listRuntimeDirectories, type RunningDaemon, runtimeDirectory } from './store/directory.ts';
export { forTerminal } from './terminal-text.ts';
