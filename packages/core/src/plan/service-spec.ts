import { resolve } from 'node:path';
import type { ConfigPath } from '../errors/base.ts';
import { malformedAccount } from './account.ts';
import { readCommandLine } from './command-line.ts';
import { parseDuration } from './duration.ts';
import { DEFAULT_INHERITED } from './environment.ts';
import type { Variables } from './interpolate.ts';
import type { ServiceSpec, Timeouts } from './plan.ts';
import { readRestart } from './restart.ts';
import { bareSignal } from './service-schema.ts';
import { readScript } from './script.ts';
import { readEnvironment } from './service-environment.ts';
import { type SectionRules, sectionReader, type RawSections } from './service-sections.ts';
import { expand, reportValue, type ServiceReading } from './service-reading.ts';
import { show } from './values.ts';

/** What specs need besides their table. */
export interface SpecContext {
  readonly directory: string;
  readonly environment: Variables;
  readonly timeouts: Timeouts;
  readonly sectionRules: SectionRules;
  readonly readText: (path: string) => string;
  /** Hand on everything unless the service says otherwise. */
  readonly inheritAll: boolean;
}

/** A spec whose dependencies are not linked yet. */
export type UnlinkedSpec = Omit<ServiceSpec, 'dependsOn'>;

/** What comes of one table. */
export interface ReadSpecs {
  /** One, or one for each of its `instances`. Those with errors are left out. */
  readonly specs: readonly UnlinkedSpec[];
  /** What plugins own of each, also of those with errors. */
  readonly owned: readonly OwnedService[];
}

/** What plugins own of one service. */
export interface OwnedService {
  readonly name: string;
  /** Where the service stands. */
  readonly path: ConfigPath;
  /** Variables replaced, frozen. */
  readonly sections: RawSections;
}

/** Reads the specs of one table. */
export function readSpecs(reading: ServiceReading, context: SpecContext): ReadSpecs {
  const copies = copiesOf(reading, context);
  const specs = copies.map((copy) => readSpec(reading, { copy, context })).filter((spec) => spec !== undefined);
  if (specs.length > 1) requireOwnPidFiles(reading, specs);
  const path: ConfigPath = ['services', reading.index];
  return { specs, owned: copies.map(({ name, sections }) => ({ name, path, sections })) };
}

/** One of the services that a table stands for. */
interface Copy {
  readonly name: string;
  /** Undefined when there is but one. */
  readonly instance: ServiceSpec['instance'];
  /** Variables it has of itself. */
  readonly own: Readonly<Record<string, string>>;
  readonly variables: Variables;
  readonly sections: RawSections;
}

function copiesOf(reading: ServiceReading, context: SpecContext): readonly Copy[] {
  const { name } = reading;
  const { instances } = reading.table;
  const sectionsOf = sectionReader(reading, context);
  return Array.from({ length: instances ?? 1 }, (_, position) => {
    const index = position + 1;
    const own = instances === undefined ? {} : { INSTANCE: String(index) };
    const variables = instances === undefined ? context.environment : { ...context.environment, ...own };
    const isCopy = (instances ?? 1) > 1;
    return {
      name: isCopy ? `${name}@${index}` : name,
      instance: isCopy ? { of: name, index } : undefined,
      own,
      variables,
      sections: sectionsOf(variables),
    };
  });
}

function readSpec(
  reading: ServiceReading,
  { copy, context }: { readonly copy: Copy; readonly context: SpecContext },
): UnlinkedSpec | undefined {
  const { table } = reading;
  const { name, instance, own, variables, sections } = copy;
  const commandLine = readCommandLine(reading, variables);
  const type = table.type ?? 'simple';
  const text = (key: 'cwd' | 'log_file' | 'pid_file' | 'user' | 'group'): string | undefined => {
    const value = table[key];
    return value === undefined ? undefined : expand(reading, { key, text: value, variables }) || undefined;
  };
  const path = (key: 'cwd' | 'log_file' | 'pid_file'): string | undefined => {
    const value = text(key);
    return value === undefined ? undefined : resolve(context.directory, value);
  };
  const account = (key: 'user' | 'group'): string | undefined => checkedAccount(reading, key, text(key));
  const spec: Omit<UnlinkedSpec, 'command' | 'args'> = {
    name,
    type,
    enabled: table.enabled ?? true,
    required: table.required ?? false,
    user: account('user'),
    group: account('group'),
    umask: Number.parseInt(table.umask ?? '022', 8),
    cwd: path('cwd') ?? context.directory,
    env: { ...own, ...readEnvironment(reading, { ...context, variables }) },
    inheritEnv: inherited(table.inherit_env, context.inheritAll),
    preScript: readScript(table.pre_script ?? '', context.directory),
    posScript: readScript(table.pos_script ?? '', context.directory),
    logFile: path('log_file'),
    restart: readRestart(table.restart),
    stopSignal: `SIG${bareSignal(table.stop_signal ?? 'TERM')}` as NodeJS.Signals,
    stopTimeoutMs: parseDuration(table.stop_timeout) ?? context.timeouts.serviceShutdownMs,
    killMode: table.kill_mode ?? 'group',
    startTimeoutMs: parseDuration(table.start_timeout) ?? (type === 'oneshot' ? 0 : 60_000),
    startStableMs: parseDuration(table.start_seconds) ?? 0,
    readyLog: table.ready_log,
    notifyFd: table.notify_fd,
    successExitCodes: [...new Set([0, ...(table.success_exit_codes ?? [])])],
    pidFile: path('pid_file'),
    instance,
    durable: table.durable ?? false,
    sections,
  };
  if (type === 'forking' && table.pid_file === undefined) requirePidFile(reading);
  return commandLine === undefined ? undefined : { ...spec, ...commandLine };
}

function inherited(value: boolean | string[] | undefined, inheritAll: boolean): ServiceSpec['inheritEnv'] {
  if (value === undefined) return inheritAll ? true : DEFAULT_INHERITED;
  if (typeof value === 'boolean') return value ? true : [];
  return [...value];
}

function checkedAccount(reading: ServiceReading, key: 'user' | 'group', name: string | undefined): string | undefined {
  const reason = name === undefined ? undefined : malformedAccount(name);
  if (reason === undefined) return name;
  reportValue(reading, {
    code: 'ERR_CONFIG_UNKNOWN_USER',
    message: `cannot run ${reading.subject} as ${key} ${show(name)}: ${reason}`,
    key,
    hint: `use the name of an account, as "getent ${key === 'user' ? 'passwd' : 'group'}" lists it`,
  });
  return undefined;
}

function requirePidFile(reading: ServiceReading): void {
  reading.report({
    code: 'ERR_CONFIG_MISSING',
    message: `cannot follow ${reading.subject}: type "forking" needs pid_file`,
    path: ['services', reading.index],
    hint: 'set pid_file to the file that the program writes, or run it in the foreground with type = "simple"',
  });
}

function requireOwnPidFiles(reading: ServiceReading, copies: readonly UnlinkedSpec[]): void {
  const files = copies.map((copy) => copy.pidFile).filter((file) => file !== undefined);
  if (new Set(files).size === files.length) return;
  reportValue(reading, {
    code: 'ERR_CONFIG_DUPLICATE',
    message: `cannot use one pid_file for ${copies.length} copies of ${reading.subject}`,
    key: 'pid_file',
    hint: 'write ${INSTANCE} into its name',
  });
}
