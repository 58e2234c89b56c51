export {
  ConfigError,
  type ConfigIssue,
  type ConfigPath,
  ControlError,
  PluginError,
  SpawnError,
  StopTimeoutError,
  TappetError,
  type TappetErrorOptions,
} from './base.ts';
export { ERROR_CODES, type ErrorCode } from './codes.ts';
export { didYouMean, nearest } from './nearest.ts';
export { formatPath, renderError, renderIssues } from './render.ts';
