import { type ConfigIssue, type ConfigPath, formatPath } from '@tappet/core';
import type { Check } from './checks/check.ts';
import { formatDuration } from './durations.ts';
import { PROBE_NAMES } from './probes/index.ts';
import type { Settings } from './settings.ts';
import { DEFAULT_INTERVAL_MS, defaultName } from './settings-defaults.ts';

/** What stands in a check table: its settings as they were given, its probes, and what is neither. */
export interface Combination {
  readonly own: Readonly<Record<string, unknown>>;
  readonly probes: readonly string[];
  readonly strangers: readonly string[];
  readonly path: ConfigPath;
}

/** What is wrong with the things that stand together in one check table. */
export function combinationIssues({ own, probes, strangers, path }: Combination): ConfigIssue[] {
  const where = formatPath(path) || 'the check';
  const isHeartbeat = own['heartbeat'] !== undefined;
  if (probes.length > 1)
    return [wrong(`cannot use ${where}: it has ${probes.length} probes (${probes.join(', ')}), one is needed`, path)];
  if (isHeartbeat && probes.length > 0)
    return [wrong(`cannot use ${where}: a heartbeat and the probe ${probes.join()} exclude each other`, path)];
  if (isHeartbeat) {
    return ['interval', 'timeout', 'jitter']
      .filter((key) => own[key] !== undefined)
      .map((key) =>
        wrong(`cannot use ${formatPath([...path, key])}: a heartbeat has none, it is expected within "heartbeat"`, [
          ...path,
          key,
        ]),
      );
  }
  // A mistyped probe is reported as such; that none is left then is no news.
  if (probes.length === 1 || strangers.length > 0) return [];
  return [
    {
      code: 'ERR_CONFIG_MISSING',
      message: `cannot use ${where}: it has no probe and no heartbeat`,
      path,
      hint: `the probes are ${PROBE_NAMES.join(', ')}`,
    },
  ];
}

/** What is wrong with the times of one check. */
export function timingIssues({ timeout, interval = DEFAULT_INTERVAL_MS }: Settings, path: ConfigPath): ConfigIssue[] {
  if (timeout === undefined || timeout < interval) return [];
  const at = [...path, 'timeout'];
  const message = `cannot use ${formatPath(at)}: ${formatDuration(timeout)} is not shorter than the interval of ${formatDuration(interval)}`;
  return [{ code: 'ERR_CONFIG_TYPE', message, path: at, hint: 'attempts of one check never overlap' }];
}

/** The issue of a check whose given name was taken by an earlier one. */
export function duplicateOf(
  check: Check,
  { index, checks, path }: { index: number; checks: readonly Check[]; path: ConfigPath },
): ConfigIssue[] {
  const isDefault = check.name === defaultName(check);
  if (isDefault || checks.findIndex(({ name }) => name === check.name) === index) return [];
  const at = [...path, index, 'name'];
  return [
    {
      code: 'ERR_CONFIG_DUPLICATE',
      message: `cannot use ${formatPath(at)}: another check here is named "${check.name}" too`,
      path: at,
    },
  ];
}

function wrong(message: string, path: ConfigPath): ConfigIssue {
  return { code: 'ERR_CONFIG_TYPE', message, path };
}
