// What a client command needs to find a supervisor, and nothing that takes long to load.
export { isProjectName, projectName } from './plan/project.ts';
export { listRuntimeDirectories, type RunningDaemon, runtimeDirectory } from './store/directory.ts';
