import { ConfigError, PluginError, TappetError } from '../errors/base.ts';
import type { TapIdentity } from './tap-trace.ts';

/** Of a call that nobody waits for any more. */
export function givenUpError(identity: TapIdentity): PluginError {
  return new PluginError(`cannot wait for ${describeTap(identity)}: it had not settled when the plugins were closed`, {
    code: 'ERR_PLUGIN_DEADLINE',
    plugin: identity.plugin,
    hook: identity.hook,
  });
}

/** Of a call that missed its deadline. */
export function deadlineError(identity: TapIdentity): PluginError {
  return new PluginError(
    `cannot wait for ${describeTap(identity)}: it did not settle within its deadline of ${identity.deadlineMs} ms`,
    { code: 'ERR_PLUGIN_DEADLINE', plugin: identity.plugin, hook: identity.hook },
  );
}

/** What the caller of a gate or transform gets: the reason first, the culprit behind it. */
export function tapError(identity: TapIdentity, error: unknown): TappetError {
  if (error instanceof PluginError && error.code === 'ERR_PLUGIN_DEADLINE') return error;
  if (isRefusal(identity, error)) return error;
  return new PluginError(`${messageOf(error)} (plugin ${identity.plugin})`, {
    code: 'ERR_PLUGIN_TAP',
    plugin: identity.plugin,
    hook: identity.hook,
    hint: error instanceof TappetError ? error.hint : undefined,
    cause: error,
  });
}

/** A plan that a plugin does not take is no failure of the plugin; the issues name the places, which tell more than its name. */
export function isRefusal({ hook }: TapIdentity, error: unknown): error is ConfigError {
  return error instanceof ConfigError && hook === 'plan';
}

/** `tap "plugin:name" on onExit` */
export function describeTap({ label, hook }: TapIdentity): string {
  return `tap "${label}" on ${hook}`;
}

/** The words of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
