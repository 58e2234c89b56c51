import type { StoredLogs } from './stored-log.ts';

/** What the logs of one service take. */
export interface DiskUse {
  readonly service: string;
  readonly bytes: number;
  readonly currentBytes: number;
  readonly oldBytes: number;
  readonly oldFiles: number;
  /** Of the budget, 0 to 1; null without one. */
  readonly share: number | null;
}

/** What the logs take, service by service. A file that two services share counts for the first. */
export function diskUse({ logs, budget }: StoredLogs): DiskUse[] {
  const seen = new Set<string>();
  const uses = new Map<string, { currentBytes: number; oldBytes: number; oldFiles: number }>();
  for (const { service, path, current, archives } of logs) {
    const use = uses.get(service) ?? { currentBytes: 0, oldBytes: 0, oldFiles: 0 };
    uses.set(service, use);
    if (seen.has(path)) continue;
    seen.add(path);
    use.currentBytes += current?.bytes ?? 0;
    use.oldFiles += archives.length;
    for (const { bytes } of archives) use.oldBytes += bytes;
  }
  return [...uses].map(([service, use]) => {
    const bytes = use.currentBytes + use.oldBytes;
    return { service, bytes, ...use, share: budget === null ? null : bytes / budget };
  });
}

/** The table of `--disk`. */
export function diskText({ logs, budget }: StoredLogs): string {
  const uses = diskUse({ logs, budget });
  const total = uses.reduce((sum, { bytes }) => sum + bytes, 0);
  const share = (part: number): string => (budget === null ? '' : `${((part / budget) * 100).toFixed(1)}%`);
  const rows = [
    ['SERVICE', 'CURRENT', 'OLD', 'FILES', 'TOTAL', budget === null ? '' : 'OF BUDGET'],
    ...uses.map((use) => [
      use.service,
      sizeText(use.currentBytes),
      sizeText(use.oldBytes),
      String(use.oldFiles),
      sizeText(use.bytes),
      share(use.bytes),
    ]),
    ['total', '', '', '', sizeText(total), budget === null ? '' : `${share(total)} of ${sizeText(budget)}`],
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 || column === 5 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** A size as people read it. */
export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
