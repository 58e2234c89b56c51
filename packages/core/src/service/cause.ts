/** Who wants something of a service. The order is the precedence, highest first. */
export const ACTORS = [
  'shutdown',
  'user',
  'reload',
  'dependency',
  'rule',
  'probe',
  'schedule',
  'boot',
  'restart-policy',
] as const;

/** One of {@link ACTORS}. */
export type Actor = (typeof ACTORS)[number];

/** Why something happened: who, in words, and what led to it. */
export interface Cause {
  readonly actor: Actor;
  /** One line for people, such as `probe web-http failed 3/3`. */
  readonly reason: string;
  /** The plugin that spoke, when one did. */
  readonly plugin?: string | undefined;
  readonly causedBy?: Cause | undefined;
}

/** The chain as text, first cause first: `probe web failed 3/3 → rule slow → restart 2/5`. */
export function formatCause(cause: Cause): string {
  const parts: string[] = [];
  for (let link: Cause | undefined = cause; link !== undefined; link = link.causedBy) parts.unshift(link.reason);
  return parts.join(' → ');
}
