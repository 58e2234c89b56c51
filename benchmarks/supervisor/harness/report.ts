import { cpus, loadavg } from 'node:os';

/** A row of figures of one contender. */
export interface Row {
  readonly name: string;
  readonly figures: Readonly<Record<string, number | string>>;
}

/** What is compared: `keys` are the figures whose ratio to those of `tappet` is shown. */
export interface Report {
  readonly figure: string;
  readonly goal: string;
  readonly ratioOf: string;
  readonly rows: readonly Row[];
}

/** Prints the rows as a table with each one's ratio to ours and the floor, or everything as JSON. */
export function print(report: Report, { isJson }: { isJson: boolean }): void {
  const { figure, goal, ratioOf } = report;
  const rows = report.rows.map((row) => ({ ...row, figures: { ...row.figures, ...ratios(report, row) } }));
  if (isJson) {
    const machine = { cpus: cpus().length, load: loadavg()[0], node: process.versions.node };
    console.log(JSON.stringify({ figure, goal, ratioOf, machine, rows }, undefined, 2));
    return;
  }
  console.log(`\n${figure}    (goal: ${goal})`);
  const names = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))];
  const lines = [['', ...names], ...rows.map(({ name, figures }) => [name, ...names.map((key) => show(figures[key]))])];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  for (const line of lines) {
    console.log(
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    );
  }
  console.log(
    `load ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}, ratios of ${ratioOf}`,
  );
}

function ratios({ rows, ratioOf }: Report, row: Row): Record<string, number | string> {
  const of = (name: string): number => Number(rows.find((row) => row.name === name)?.figures[ratioOf]);
  const own = Number(row.figures[ratioOf]);
  return { '÷ floor': own / of('floor'), '÷ tappet': own / of('tappet') };
}

function show(value: number | string | undefined): string {
  if (typeof value === 'string') return value;
  if (value === undefined || Number.isNaN(value)) return '-';
  if (Number.isInteger(value) || Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(2);
}
