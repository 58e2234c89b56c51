import type { Variables } from './interpolate.ts';
import { expandSection, type VariableRules } from './section-variables.ts';
import { formatPath } from '../errors/render.ts';
import { reportValue, type ServiceReading } from './service-reading.ts';
import { frozenCopy } from './values.ts';

/** Rules for `${VAR}` by section or service key; everything is replaced where there are none. */
export type SectionRules = ReadonlyMap<string, VariableRules>;

/** Keys of plugins by name, frozen. */
export type RawSections = Readonly<Record<string, unknown>>;

/** Gives the keys of plugins to each copy of a service, variables replaced. Copies share one value unless they name `${INSTANCE}`. */
export function sectionReader(
  reading: ServiceReading,
  { sectionRules }: { readonly sectionRules: SectionRules },
): (variables: Variables) => RawSections {
  let shared: RawSections | undefined;
  return (variables) => {
    if (shared !== undefined) return shared;
    const expanded = Object.entries(reading.sections).map(([key, section]) => {
      const result = expandSection(section, { key, variables, rules: sectionRules.get(key) ?? {} });
      for (const { path, error, hint } of result.problems) {
        const message = `cannot expand "${formatPath([key, ...path])}" of ${reading.subject}: ${error}`;
        reportValue(reading, { code: 'ERR_CONFIG_VARIABLE', message, key, rest: path, hint });
      }
      return [key, result] as const;
    });
    const sections = frozenCopy(Object.fromEntries(expanded.map(([key, { value }]) => [key, value])));
    if (!expanded.some(([, { isOfInstance }]) => isOfInstance)) shared = sections;
    return sections;
  };
}
