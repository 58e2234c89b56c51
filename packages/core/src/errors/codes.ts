/**
 * Every error code of Tappet with its meaning. A code is never reused for something else.
 * `docs/reference/errors.md` lists the same codes; a test compares the two.
 */
export const ERROR_CODES = {
  ERR_CONFIG_INVALID: 'the configuration has issues; each is listed',
  ERR_CONFIG_SYNTAX: 'the file is not valid in its format',
  ERR_CONFIG_NOT_FOUND: 'no configuration file was found',
  ERR_CONFIG_UNREADABLE: 'the configuration file cannot be read',
  ERR_CONFIG_UNSAFE: 'the file may be written by others, so root refuses it',
  ERR_CONFIG_UNKNOWN_KEY: 'a key that nothing owns',
  ERR_CONFIG_TYPE: 'a value of the wrong type or form',
  ERR_CONFIG_MISSING: 'a required key is missing',
  ERR_CONFIG_DUPLICATE: 'two services with one name',
  ERR_CONFIG_UNKNOWN_SERVICE: 'a reference to a service that does not exist',
  ERR_CONFIG_CYCLE: 'services that depend on each other in a circle',
  ERR_CONFIG_UNKNOWN_USER: 'a user or group that does not exist',
  ERR_CONFIG_COMMAND: 'a command or script that cannot be found or executed',
  ERR_CONFIG_VARIABLE: 'a variable reference that cannot be expanded',
  ERR_PLUGIN_NOT_FOUND: 'a plugin in the list is not installed',
  ERR_PLUGIN_INVALID: 'a module that is not a plugin',
  ERR_PLUGIN_VERSION: 'a plugin made for another version of the core',
  ERR_PLUGIN_ORDER: 'plugins that require or follow each other in a circle, or one that is not loaded',
  ERR_PLUGIN_SETUP: 'a plugin failed while it was set up or activated',
  ERR_PLUGIN_TAP: 'a tap of a plugin threw or rejected',
  ERR_PLUGIN_DEADLINE: 'a tap of a plugin did not settle within its deadline',
  ERR_PLUGIN_CALL: 'a call that a plugin does not offer, or that failed',
  ERR_SPAWN_FAILED: 'a process could not be started',
  ERR_SPAWN_COMMAND: 'the command of a service does not exist or is not executable',
  ERR_SCRIPT_FAILED: 'a pre_script or pos_script failed or overran its time limit',
  ERR_START_TIMEOUT: 'a service was not ready within its start timeout',
  ERR_START_VETOED: 'a plugin refused the start',
  ERR_DEPENDENCY: 'a dependency cannot be satisfied, or was not within the time limit',
  ERR_REQUIRED_FAILED: 'a required service failed and brought the supervisor down',
  ERR_STOP_TIMEOUT: 'something did not end within its time limit',
  ERR_SERVICE_UNKNOWN: 'no service has this name',
  ERR_INTENT_REFUSED: 'an actor of higher precedence holds the service',
  ERR_STORE_LOCKED: 'another daemon runs this project',
  ERR_STORE_IO: 'the runtime directory cannot be used',
  ERR_CONTROL_UNREACHABLE: 'no supervisor answers',
  ERR_CONTROL_REQUEST: 'a control request that is malformed or too large',
  ERR_CONTROL_AMBIGUOUS: 'several supervisors run and none was chosen',
  ERR_RELOAD_FAILED: 'the new configuration was refused, the old one stays in force',
  ERR_SHUTTING_DOWN: 'the supervisor is going down and takes no more requests',
  ERR_USAGE: 'the command line is wrong',
} as const;

/** One of the stable codes of {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES;
