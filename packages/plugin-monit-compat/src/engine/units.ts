import type { ResourceUnit } from '../language/ast.ts';

const STEPS: readonly (readonly [number, string])[] = [
  [1024 ** 3, 'GB'],
  [1024 ** 2, 'MB'],
  [1024, 'kB'],
];

/** `1.5 MB` and the like. */
export function formatBytes(bytes: number): string {
  const step = STEPS.find(([factor]) => bytes >= factor);
  return step === undefined ? `${trim(bytes)} B` : `${trim(bytes / step[0])} ${step[1]}`;
}

/** A figure with its unit. */
export function formatQuantity(value: number, unit: ResourceUnit): string {
  switch (unit) {
    case 'percent':
      return `${trim(value)}%`;
    case 'bytes':
      return formatBytes(value);
    case 'bytesPerSecond':
      return `${formatBytes(value)}/s`;
    case 'operationsPerSecond':
      return `${trim(value)} operations/s`;
    case 'count':
      break;
  }
  return trim(value);
}

/** `90 seconds`, `5 minutes`, `2 hours`, `3 days`. */
export function formatSeconds(seconds: number): string {
  const [factor, word] = SPANS.find(([size]) => seconds >= size && seconds % size === 0) ?? [1, 'second'];
  return plural(seconds / factor, word);
}

/** `1 cycle`, `3 cycles`. */
export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

const SPANS: readonly (readonly [number, string])[] = [
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
];

function trim(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** A span of time as people read it: `45s`, `3m`, `2h 5m`, `4d 3h`. */
export function formatUptime(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes === 0) return `${Math.floor(seconds)}s`;
  if (hours === 0) return `${minutes}m`;
  if (hours < 24) return `${hours}h ${minutes % 60}m`;
  return `${Math.floor(hours / 24)}d ${hours % 24}h`;
}
