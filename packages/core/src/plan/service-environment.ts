import { resolve } from 'node:path';
import { parseVariableFile, VARIABLE_NAME } from './dotenv.ts';
import type { Variables } from './interpolate.ts';
import { expand, reportValue, type ServiceReading } from './service-reading.ts';
import { slippedKeyHint } from './slipped-key.ts';

/** What reading variables needs besides the service. */
export interface EnvironmentSource {
  readonly variables: Variables;
  readonly directory: string;
  readonly readText: (path: string) => string;
}

/** The variables a service sets itself: `env_file` in order, `env` over them. */
export function readEnvironment(reading: ServiceReading, source: EnvironmentSource): Record<string, string> {
  const { env = {}, env_file: files = [] } = reading.table;
  const variables = new Map<string, string>();
  const paths = typeof files === 'string' ? [files] : files;
  for (const [index, path] of paths.entries()) {
    const rest = typeof files === 'string' ? [] : [index];
    for (const [name, value] of readFileVariables(reading, { path, rest, source })) variables.set(name, value);
  }
  for (const [name, value] of Object.entries(env)) {
    if (!isVariableName(reading, name)) continue;
    const text = expand(reading, { key: 'env', rest: [name], text: String(value), variables: source.variables });
    if (text !== undefined) variables.set(name, text);
  }
  return Object.fromEntries(variables);
}

function isVariableName(reading: ServiceReading, name: string): boolean {
  const slipped = slippedKeyHint('env', name);
  if (slipped !== undefined) {
    reportValue(reading, {
      code: 'ERR_CONFIG_UNKNOWN_KEY',
      severity: 'warning',
      message: `${reading.subject} gets a variable "${name}", which is the name of a service key`,
      key: 'env',
      rest: [name],
      at: 'key',
      hint: slipped,
    });
  }
  if (VARIABLE_NAME.test(name)) return true;
  reportValue(reading, {
    code: 'ERR_CONFIG_TYPE',
    message: `cannot set "${name}" for ${reading.subject}: a variable's name has letters, digits and "_", and begins with no digit`,
    key: 'env',
    rest: [name],
    at: 'key',
  });
  return false;
}

function readFileVariables(
  reading: ServiceReading,
  options: { readonly path: string; readonly rest: readonly number[]; readonly source: EnvironmentSource },
): [string, string][] {
  const { path, rest, source } = options;
  const expanded = expand(reading, { key: 'env_file', rest, text: path, variables: source.variables });
  if (expanded === undefined) return [];
  const mayBeMissing = expanded.startsWith('-');
  const file = resolve(source.directory, mayBeMissing ? expanded.slice(1) : expanded);
  const text = readFile(file, source.readText);
  if (typeof text !== 'string') {
    if (!(mayBeMissing && text.isMissing)) {
      reportValue(reading, {
        code: 'ERR_CONFIG_UNREADABLE',
        message: `cannot read the environment file ${file} of ${reading.subject}: ${text.reason}`,
        key: 'env_file',
        rest,
        hint: text.isMissing ? 'create it, or write "-" before the path when it may be missing' : undefined,
      });
    }
    return [];
  }
  const { variables, errors } = parseVariableFile(text);
  for (const { line, message } of errors) {
    reportValue(reading, {
      code: 'ERR_CONFIG_TYPE',
      message: `cannot read line ${line} of the environment file ${file}: ${message}`,
      key: 'env_file',
      rest,
    });
  }
  return Object.entries(variables);
}

function readFile(
  file: string,
  readText: (path: string) => string,
): string | { readonly reason: string; readonly isMissing: boolean } {
  try {
    const text = readText(file);
    return text.includes('\0') ? { reason: 'it contains NUL characters', isMissing: false } : text;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    return { reason: isMissing ? 'there is no such file' : String(code ?? error), isMissing };
  }
}
