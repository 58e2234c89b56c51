import {
  type LoadedMonit,
  loadMonitText,
  type MonitConfiguration,
  type MonitService,
  type Rule,
} from '@tappet/plugin-monit-compat/library';
import { memoryFiles, neutralHost } from './neutral-host.ts';

/** Reads a control file on the neutral machine. */
export function load(
  text: string,
  mode: 'strict' | 'lenient' = 'strict',
  files: Readonly<Record<string, string>> = {},
): LoadedMonit {
  return loadMonitText(text, { mode, host: neutralHost, files: memoryFiles(files), name: 'monitrc' });
}

/** The configuration of a control file that has no errors. */
export function configure(text: string): MonitConfiguration {
  const { accepted, issues, configuration } = load(text);
  if (!accepted) throw new Error(issues.map(({ message }) => message).join('; '));
  return configuration;
}

export function serviceOf(text: string): MonitService {
  const service = configure(text).services.at(-1);
  if (service === undefined) throw new Error('no service');
  return service;
}

export function ruleOf(text: string): Rule {
  const rule = serviceOf(text).rules[0];
  if (rule === undefined) throw new Error('no rule');
  return rule;
}
