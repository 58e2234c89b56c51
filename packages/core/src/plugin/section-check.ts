import type { ConfigIssue } from '../errors/base.ts';
import { formatPath } from '../errors/render.ts';
import { type OwnedValue, sectionIssues } from './section-issues.ts';

/** What a schema makes of a value, or everything that is wrong with it. Without a schema the value is taken as it is. Never rejects. */
export async function checkSection(
  owned: Omit<OwnedValue, 'schema'> & { readonly schema: OwnedValue['schema'] | undefined },
): Promise<{ readonly value: unknown } | { readonly issues: readonly ConfigIssue[] }> {
  const { schema, value, path, subject } = owned;
  if (schema === undefined) return { value };
  try {
    const result = await schema['~standard'].validate(value);
    if (result.issues === undefined) return { value: result.value };
    return { issues: distinct(result.issues.flatMap((issue) => sectionIssues(issue, { ...owned, schema }))) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `${subject}${formatPath(path)}: its schema failed: ${reason}`;
    return { issues: [{ code: 'ERR_CONFIG_TYPE', message, path }] };
  }
}

function distinct(issues: readonly ConfigIssue[]): readonly ConfigIssue[] {
  return [...new Map(issues.map((issue) => [`${issue.message}\n${issue.path.join('\n')}`, issue])).values()];
}
