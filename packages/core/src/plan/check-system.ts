import { dirname } from 'node:path';
import type { ConfigIssue } from '../errors/base.ts';
import { malformedAccount } from './account.ts';
import { serviceEnvironment } from './environment.ts';
import type { Variables } from './interpolate.ts';
import type { Plan, Script, ServiceSpec } from './plan.ts';
import { show } from './values.ts';

/** What stands at a path, links followed. */
export type PathKind = 'file' | 'directory' | 'other';

/** What the check asks of the machine. Answers may come at once or later. */
export interface SystemLookups {
  /** True when an account of this name exists. */
  lookUpUser(name: string): boolean | Promise<boolean>;
  lookUpGroup(name: string): boolean | Promise<boolean>;
  /** Path of the executable that a command means in this folder and PATH, undefined when there is none. */
  resolveCommand(
    command: string,
    options: { readonly path: string | undefined; readonly cwd: string },
  ): string | undefined | Promise<string | undefined>;
  /** Undefined: nothing stands there. */
  kindOf(path: string): PathKind | undefined | Promise<PathKind | undefined>;
}

/**
 * Checks a plan against the machine it will run on: accounts, programs, scripts, folders. Disabled services are left out, copies of one
 * service are checked once. Paths of issues name services instead of counting them (`['services', 'web', 'user']`), because
 * taps of the `plan` hook may have added some.
 */
export async function checkSystem(
  plan: Pick<Plan, 'services'>,
  options: { readonly lookups: SystemLookups; readonly environment: Variables },
): Promise<readonly ConfigIssue[]> {
  const issues = new Map<string, ConfigIssue>();
  // process.env asks the operating system at every access.
  const environment = { ...options.environment };
  for (const spec of plan.services) {
    if (!spec.enabled) continue;
    for (const issue of await checkService(spec, { lookups: options.lookups, environment }))
      issues.set(`${issue.path.join('\n')}\n${issue.message}`, issue);
  }
  return [...issues.values()];
}

interface CheckOptions {
  readonly lookups: SystemLookups;
  readonly environment: Variables;
}

async function checkService(
  spec: ServiceSpec,
  { lookups, environment }: CheckOptions,
): Promise<readonly ConfigIssue[]> {
  const found = await Promise.all([
    checkAccount(spec, { key: 'user', exists: (name) => lookups.lookUpUser(name) }),
    checkAccount(spec, { key: 'group', exists: (name) => lookups.lookUpGroup(name) }),
    checkFolder(spec, lookups),
    checkCommand(spec, { lookups, environment }),
    checkScript(spec, { key: 'pre_script', script: spec.preScript, lookups }),
    checkScript(spec, { key: 'pos_script', script: spec.posScript, lookups }),
    checkLogFile(spec, lookups),
  ]);
  return found.filter((issue) => issue !== undefined);
}

async function checkAccount(
  spec: ServiceSpec,
  { key, exists }: { readonly key: 'user' | 'group'; readonly exists: (name: string) => boolean | Promise<boolean> },
): Promise<ConfigIssue | undefined> {
  const name = spec[key];
  if (name === undefined) return undefined;
  const reason = malformedAccount(name) ?? ((await exists(name)) ? undefined : `there is no such ${key}`);
  if (reason === undefined) return undefined;
  return {
    code: 'ERR_CONFIG_UNKNOWN_USER',
    message: `cannot run service "${nameOf(spec)}" as ${key} ${show(name)}: ${reason}`,
    path: pathOf(spec, key),
    hint: `create the ${key}, or use one that "getent ${key === 'user' ? 'passwd' : 'group'}" lists`,
  };
}

async function checkFolder(spec: ServiceSpec, lookups: SystemLookups): Promise<ConfigIssue | undefined> {
  const kind = await lookups.kindOf(spec.cwd);
  if (kind === 'directory') return undefined;
  return {
    code: 'ERR_CONFIG_COMMAND',
    message: `cannot run service "${nameOf(spec)}" in ${spec.cwd}: ${kind === undefined ? 'there is no such folder' : 'it is no folder'}`,
    path: pathOf(spec, 'cwd'),
    hint: 'create it, or change cwd',
  };
}

async function checkCommand(
  spec: ServiceSpec,
  { lookups, environment }: CheckOptions,
): Promise<ConfigIssue | undefined> {
  const path = serviceEnvironment(spec, environment)['PATH'];
  const { command, cwd } = spec;
  if ((await lookups.resolveCommand(command, { path, cwd })) !== undefined) return undefined;
  const isPath = command.includes('/');
  const why = isPath ? `there is no executable file ${command}` : `it is not in PATH (${path ?? 'PATH is not set'})`;
  return {
    code: 'ERR_CONFIG_COMMAND',
    message: `cannot run the command ${show(command)} of service "${nameOf(spec)}": ${why}`,
    path: pathOf(spec, 'command'),
    hint: commandHint({ command, isPath, hasArgs: spec.args.length > 0 }),
  };
}

function commandHint(options: {
  readonly command: string;
  readonly isPath: boolean;
  readonly hasArgs: boolean;
}): string {
  const { command, isPath, hasArgs } = options;
  if (/\s/.test(command))
    return 'with args the command is one program and is not split: move its other words into args';
  if (!isPath) return 'install it, write its full path, or extend PATH with env = { PATH = "…" }';
  return hasArgs
    ? 'check the path (quote it when it contains blanks) and that the file is executable'
    : 'check the path and that the file is executable';
}

async function checkScript(
  spec: ServiceSpec,
  options: {
    readonly key: 'pre_script' | 'pos_script';
    readonly script: Script | undefined;
    readonly lookups: SystemLookups;
  },
): Promise<ConfigIssue | undefined> {
  const { key, script, lookups } = options;
  if (script?.kind !== 'file') return undefined;
  const kind = await lookups.kindOf(script.path);
  if (kind === 'file') return undefined;
  return {
    code: 'ERR_CONFIG_COMMAND',
    message: `cannot use the ${key} of service "${nameOf(spec)}": ${kind === undefined ? `there is no file ${script.path}` : `${script.path} is no file`}`,
    path: pathOf(spec, key),
    hint: 'create it, or write the script itself as text of several lines',
  };
}

/** The folder of a log file is made when it is first needed; only what can never become one is worth a word. */
async function checkLogFile(spec: ServiceSpec, lookups: SystemLookups): Promise<ConfigIssue | undefined> {
  if (spec.logFile === undefined) return undefined;
  const folder = dirname(spec.logFile);
  const kind = await lookups.kindOf(folder);
  const isFolder = (await lookups.kindOf(spec.logFile)) === 'directory';
  if (!isFolder && (kind === undefined || kind === 'directory')) return undefined;
  return {
    code: 'ERR_CONFIG_TYPE',
    severity: 'warning',
    message: `service "${nameOf(spec)}" cannot log to ${spec.logFile}: ${isFolder ? 'it is a folder' : `${folder} is no folder`}`,
    path: pathOf(spec, 'log_file'),
    hint: 'change log_file',
  };
}

function nameOf(spec: ServiceSpec): string {
  return spec.instance?.of ?? spec.name;
}

function pathOf(spec: ServiceSpec, key: string): readonly string[] {
  return ['services', nameOf(spec), key];
}
