import type { ServiceSpec } from './plan.ts';

/** Names that a service gets from the supervisor's environment unless `inherit_env` says otherwise. `*` matches the rest. */
export const DEFAULT_INHERITED: readonly string[] = Object.freeze(['PATH', 'LANG', 'LC_*', 'TZ', 'TERM']);

/**
 * The environment of a service: what `inherit_env` lets through of the supervisor's, then the service's own variables. Variables that
 * steer Node itself (`NODE_*`) were meant for the supervisor and are dropped, unless a name in the list asks for them or
 * everything is handed on; those that a Node parent sets for its child's channel are dropped always. A service that runs as another
 * user does not get the names and folders of the supervisor's account: the process layer sets those of its own.
 */
export function serviceEnvironment(
  spec: Pick<ServiceSpec, 'env' | 'inheritEnv'> & Partial<Pick<ServiceSpec, 'user'>>,
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const handedOn = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      isInherited(entry[0], spec.inheritEnv) &&
      (spec.user === undefined || !ACCOUNT_VARIABLES.has(entry[0])),
  );
  return { ...Object.fromEntries(handedOn), ...spec.env };
}

const ACCOUNT_VARIABLES = new Set(['HOME', 'USER', 'LOGNAME', 'SHELL', 'MAIL']);

/** Set by Node for the children of `fork` (https://nodejs.org/api/child_process.html); they name a descriptor that the service does not have. */
const CHANNEL_VARIABLES = new Set(['NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE', 'NODE_UNIQUE_ID']);

function isInherited(name: string, inherit: ServiceSpec['inheritEnv']): boolean {
  if (CHANNEL_VARIABLES.has(name)) return false;
  if (inherit === true) return true;
  const entries = name.startsWith('NODE_') ? inherit.filter((entry) => entry.startsWith('NODE_')) : inherit;
  return entries.some((entry) => (entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : name === entry));
}
