import * as v from 'valibot';

/** Status codes from the first to the second, both included. */
export type StatusRange = readonly [from: number, to: number];

const WHY = 'must be status codes such as 200, "2xx", "200-299", or a list of them';

/** The accepted status codes: 200, "2xx", "200-299", "200,204", or a list of those. */
export const statusOption: v.GenericSchema<unknown, readonly StatusRange[]> = v.pipe(
  v.unknown(),
  v.rawTransform<unknown, readonly StatusRange[]>(({ dataset, addIssue, NEVER }) => {
    const parts = (Array.isArray(dataset.value) ? dataset.value : [dataset.value]).flatMap(splitParts);
    const ranges = parts.map(parseRange).filter((range) => range !== undefined);
    if (ranges.length === parts.length && parts.length > 0) return ranges;
    addIssue({ message: WHY });
    return NEVER;
  }),
);

/** Whether a status code lies in one of the ranges. */
export function acceptsStatus(ranges: readonly StatusRange[], status: number): boolean {
  return ranges.some(([from, to]) => status >= from && status <= to);
}

/** The ranges as people write them: "200-299, 304". */
export function formatStatus(ranges: readonly StatusRange[]): string {
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(', ');
}

function splitParts(value: unknown): unknown[] {
  return typeof value === 'string' ? value.split(',') : [value];
}

function parseRange(value: unknown): StatusRange | undefined {
  const [, from, to, hundred] = /^(?:(\d{3})(?:-(\d{3}))?|([1-5])xx)$/i.exec(String(value).trim()) ?? [];
  if (hundred !== undefined) return [Number(hundred) * 100, Number(hundred) * 100 + 99];
  if (from === undefined) return undefined;
  const range: StatusRange = [Number(from), Number(to ?? from)];
  return range[0] >= 100 && range[0] <= range[1] && range[1] <= 599 ? range : undefined;
}
