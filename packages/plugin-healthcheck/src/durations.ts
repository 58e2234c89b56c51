const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const PART = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)/;

/** Milliseconds of a duration: seconds as a number, or text such as "500ms", "5s", "1m30s". Undefined when it is neither. */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? Math.round(value * 1000) : undefined;
  if (typeof value !== 'string') return undefined;
  let rest = value.trim();
  if (/^\d+(\.\d+)?$/.test(rest)) return Math.round(Number(rest) * 1000);
  let totalMs = rest === '' ? undefined : 0;
  while (rest !== '' && totalMs !== undefined) {
    const part = PART.exec(rest);
    totalMs = part === null ? undefined : totalMs + Number(part[1]) * UNITS[part[2] as keyof typeof UNITS];
    rest = rest.slice(part?.[0].length ?? 0);
  }
  return totalMs === undefined ? undefined : Math.round(totalMs);
}

/** A duration as people write it: "250 ms", "3 s", "1.5 s", "2 min". */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Number((ms / 1000).toFixed(1))} s`;
  return `${Number((ms / 60_000).toFixed(1))} min`;
}
