import { accessSync, constants } from 'node:fs';
import { type ConfigIssue, type ConfigPath, formatPath } from '@tappet/core';
import type { ProbeContext } from './definition.ts';
import { findCommand } from './find-command.ts';
import type { TlsOptions } from './options/tls.ts';
import type { Probe } from './registry.ts';

/**
 * What can be told about a probe from the machine it will run on: a program that is not found, TLS files that cannot be read.
 * `path` is where the probe's name stands.
 */
export function lintProbe(
  probe: Probe,
  { path, context = {} }: { path: ConfigPath; context?: ProbeContext },
): ConfigIssue[] {
  if (probe.name === 'exec') return lintCommand(probe.description.command[0] ?? '', { path, context });
  const tls = 'tls' in probe.description ? probe.description.tls : undefined;
  return tls === undefined ? [] : lintTls(tls, [...path, 'tls']);
}

function lintCommand(command: string, { path, context }: { path: ConfigPath; context: ProbeContext }): ConfigIssue[] {
  if (findCommand(command, { path: context.env?.['PATH'], cwd: context.cwd }) !== undefined) return [];
  const where = command.includes('/') ? 'there is no such executable file' : 'it is not in PATH';
  return [
    { code: 'ERR_CONFIG_COMMAND', message: `cannot use ${formatPath(path)}: cannot run "${command}": ${where}`, path },
  ];
}

function lintTls(tls: TlsOptions, path: ConfigPath): ConfigIssue[] {
  const files = [['ca', tls.ca] as const, ['cert', tls.cert] as const, ['key', tls.key] as const];
  return files.flatMap(([option, file]) => {
    if (file === undefined || isReadable(file)) return [];
    const at = [...path, option];
    return [
      {
        code: 'ERR_CONFIG_TYPE',
        message: `cannot use ${formatPath(at)} = "${file}": the file cannot be read`,
        path: at,
      } as const,
    ];
  });
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
