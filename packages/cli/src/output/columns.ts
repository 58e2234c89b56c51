/** One cell: its text, and how to paint it once its width is known. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** Rows as lines with aligned columns; the last column is not padded. */
export function columns(rows: readonly (readonly (string | Cell)[])[]): string[] {
  const cells = rows.map((row) => row.map((cell): Cell => (typeof cell === 'string' ? { text: cell } : cell)));
  const widths: number[] = [];
  for (const row of cells) {
    for (const [index, { text }] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, text.length);
  }
  return cells.map((row) =>
    row
      .map(({ text, paint = same }, index) =>
        index === row.length - 1 ? paint(text) : paint(text) + ' '.repeat((widths[index] ?? 0) - text.length + 2),
      )
      .join('')
      .trimEnd(),
  );
}

function same(text: string): string {
  return text;
}
