import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { fromBytes, toPath } from '../names/byte-text.ts';
import { reasonOf } from '../names/system-error.ts';

/** Larger files are refused: no configuration is that long. */
const LARGEST = 0xffffff;

/** The text of a configuration file, or why it is not used. An `ignored` file is no failure. */
export type ConfigText =
  | { readonly text: string; readonly warning?: string }
  | { readonly ignored: string }
  | { readonly problem: string; readonly warning?: string };

/**
 * Reads a configuration file. Root uses only files that nobody else can change: owned by root, writable by nobody else.
 * Never blocks on a named pipe.
 */
export function readConfigFile(path: string, { uid = process.geteuid?.() ?? 0 }: { uid?: number } = {}): ConfigText {
  let descriptor: number;
  try {
    descriptor = openSync(toPath(path), constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    return { problem: `failed to open config file ${path}: ${reasonOf(error)}` };
  }
  try {
    return check(path, { stat: fstatSync(descriptor), uid, read: () => fromBytes(readFileSync(descriptor)) });
  } catch (error) {
    return { problem: `failed to read config file ${path}: ${reasonOf(error)}` };
  } finally {
    closeSync(descriptor);
  }
}

function check(path: string, { stat, uid, read }: { stat: Stats; uid: number; read: () => string }): ConfigText {
  if (!stat.isFile()) return { ignored: `Ignoring ${path} because it's not a regular file.` };
  const mode = stat.mode & 0o7777;
  const warning =
    (mode & 0o7133) === 0 ? {} : { warning: `Potentially dangerous mode on ${path}: 0${mode.toString(8)}` };
  if (uid === 0 && (mode & 0o022) !== 0) {
    return { ...warning, problem: `Ignoring ${path} because it is writable by group or others.` };
  }
  if (uid === 0 && stat.uid !== 0) {
    return {
      ...warning,
      problem: `Ignoring ${path} because the file owner is wrong (should be root or user with uid 0).`,
    };
  }
  if (stat.size > LARGEST) return { problem: `file ${path} too large, probably not a config file.` };
  if (stat.size === 0) return { ignored: `Ignoring ${path} because it's empty.` };
  return { ...warning, text: read() };
}
