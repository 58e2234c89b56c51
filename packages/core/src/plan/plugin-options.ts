import type { ConfigIssue } from '../errors/base.ts';
import { formatPath } from '../errors/render.ts';
import type { Variables } from './interpolate.ts';
import { expandSection } from './section-variables.ts';
import type { SectionRules } from './service-sections.ts';
import { frozenCopy } from './values.ts';

/** Options of plugins by name with variables replaced, frozen. What cannot be replaced is reported. */
export function readOptions(
  options: Readonly<Record<string, unknown>>,
  context: {
    readonly environment: Variables;
    readonly sectionRules: SectionRules;
    readonly report: (issue: ConfigIssue) => void;
  },
): Readonly<Record<string, unknown>> {
  const { environment, sectionRules, report } = context;
  const entries = Object.entries(options).map(([key, section]) => {
    const rules = sectionRules.get(key) ?? {};
    const { value, problems } = expandSection(section, { key, variables: environment, rules });
    for (const { path, error, hint } of problems) {
      const message = `cannot expand "${formatPath(path)}" of [plugins.${key}]: ${error}`;
      report({ code: 'ERR_CONFIG_VARIABLE', message, path: ['plugins', key, ...path], hint });
    }
    return [key, value] as const;
  });
  return frozenCopy(Object.fromEntries(entries));
}
