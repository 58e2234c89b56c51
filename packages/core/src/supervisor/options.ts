import type { Clock } from '../clock.ts';
import type { ConfigIssue } from '../errors/base.ts';
import type { Logger } from '../log.ts';
import type { Variables } from '../plan/interpolate.ts';
import type { Plugin } from '../plugin/define-plugin.ts';
import type { ProcessLayer } from '../process/contract.ts';
import type { OutputSink, OutputStream } from '../hooks/events.ts';

/** A configuration as read: plain values, and the way back from a path to a place in the text. */
export interface LoadedConfig {
  /** The whole file as plain values, keys as in the TOML form. */
  readonly raw: unknown;
  /** Absolute path, undefined when it came from memory. */
  readonly file: string | undefined;
  /** Folder that relative paths and plugin names resolve from, absolute. */
  readonly directory: string;
  /** Adds file, line, column and excerpt to issues that have a path. */
  locate(issues: readonly ConfigIssue[]): readonly ConfigIssue[];
}

/** Where a configuration comes from; asked again at every reload. */
export interface ConfigSource {
  /** Rejects with a ConfigError when it cannot be read. */
  load(): Promise<LoadedConfig>;
}

/** A service as it stands in a configuration: the keys of `[[services]]`. */
export type ServiceInput = { readonly name: string } & Readonly<Record<string, unknown>>;

/** How a supervisor is made. Everything has a default. */
export interface SupervisorOptions {
  /** Where the configuration comes from. Excludes `services`. */
  readonly source?: ConfigSource;
  /** Services as values, with the keys of the configuration file. */
  readonly services?: readonly ServiceInput[];
  /** Plugins as values, besides those the configuration lists. */
  readonly plugins?: readonly Plugin[];
  /** Folders in which plugins of the configuration are looked for after its own. Default: none besides the core's own. */
  readonly pluginFolders?: readonly string[];
  /** Default: from the configuration, else `tappet`. */
  readonly project?: string;
  /** Runtime directory, or how to find it for a project. Default null: nothing survives this process, and it ends with all its services. */
  readonly directory?: string | null | ((project: string) => string);
  /** Start only these and what they depend on. */
  readonly only?: readonly string[];
  /** Aborting it brings the ordered shutdown on, as `requestStop` does. */
  readonly signal?: AbortSignal;
  /** Default: silent. */
  readonly log?: Logger;
  readonly clock?: Clock;
  /** The environment for `${VAR}` and `inherit_env`, and what plugins see as theirs. Copied. Default: that of this process. */
  readonly environment?: Variables;
  /** Sink for output that no plugin takes. Default: dropped after the ring. */
  readonly console?: (service: string, stream: OutputStream, resume: () => void) => OutputSink | undefined;
  /** Replaces the operating system, for tests. */
  readonly processes?: ProcessLayer;
}

/** How a supervisor ended. */
export interface SupervisorExit {
  readonly exitCode: number;
  readonly reason: string;
  /** Every error that brought it down or happened on the way, first first. */
  readonly errors: readonly Error[];
}

/** How long somebody waits: until the promise settles, or the signal aborts and its reason is thrown. What is waited for goes on. */
export interface WaitOptions {
  readonly signal?: AbortSignal;
}
