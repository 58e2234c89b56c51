export type { CliCommand, CliCommandContext } from './plugin-command.ts';
export type { Which } from './find-daemon.ts';
export type { Io } from './io.ts';
export { EXIT } from './exit-codes.ts';
export { formatEvent, type KnownServices } from './output/human-log.ts';
export { runCommandLine } from './main.ts';
