import { formatPath } from '@tappet/core';
import { buildPlan, type BuildOptions, type BuildResult } from '../../../../packages/core/src/plan/build.ts';

/** Builds a plan in `/srv/app` with a small environment and no plugins, unless told otherwise. */
export function buildWith(raw: unknown, options: Partial<BuildOptions> = {}): ReturnType<typeof buildPlan> {
  return buildPlan(raw, {
    file: undefined,
    directory: '/srv/app',
    environment: { HOME: '/root', PATH: '/usr/bin:/bin', PORT: '8080' },
    pluginNames: new Set(),
    serviceKeys: new Map(),
    ...options,
  });
}

/** Issues as one line each: `CODE path: message (hint)`, warnings marked. */
export function issueLines({ issues }: Pick<BuildResult, 'issues'>): string[] {
  return issues.map(({ code, path, message, hint, severity, at }) => {
    const mark = severity === 'warning' ? 'warning ' : '';
    const place = `${formatPath(path)}${at === 'key' ? ' (key)' : ''}`;
    return `${mark}${code} ${place}: ${message}${hint === undefined ? '' : ` | ${hint}`}`;
  });
}
