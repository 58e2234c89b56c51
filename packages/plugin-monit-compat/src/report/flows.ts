type Direction = 'read' | 'write';

/** What has been read and written so far, by kind: bytes, operations. */
export interface FlowTotals extends Readonly<Record<Direction, Readonly<Record<string, number>>>> {
  /** Milliseconds of a monotonic clock. */
  readonly atMs: number;
}

/** The same with what flows in a second. */
export type Flows = Readonly<
  Record<Direction, Readonly<Record<string, { readonly rate: number; readonly total: number }>>>
>;

/** Rates between two looks; without an earlier one nothing flows yet. */
export function flowsBetween(now: FlowTotals, before: FlowTotals | undefined): Flows {
  const seconds = before === undefined ? 0 : (now.atMs - before.atMs) / 1000;
  const flow = (direction: Direction): Flows[Direction] =>
    Object.fromEntries(
      Object.entries(now[direction]).map(([kind, total]) => {
        const since = total - (before?.[direction][kind] ?? total);
        return [kind, { rate: seconds > 0 ? Math.max(0, since) / seconds : 0, total }];
      }),
    );
  return { read: flow('read'), write: flow('write') };
}
