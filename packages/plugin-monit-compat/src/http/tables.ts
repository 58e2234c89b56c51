import { type Html, html } from './html.ts';

/** A column of a list: its head, what stands in a row, and how. */
export interface Column<Row> {
  readonly head: string;
  /** A class of the style sheet: `number` at the right, `short` on one line, `minor` gone on a narrow screen. */
  readonly kind?: string | undefined;
  cell(row: Row): Html | string;
}

/** A list with a head. */
export function listTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Html {
  return html`<table>
    <thead>
      <tr>
        ${columns.map((column) => html`<th class="${column.kind ?? ''}">${column.head}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${columns.map((column) => html`<td class="${column.kind ?? ''}">${column.cell(row)}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** Labels with their values; a value keeps its lines. */
export function figureTable(figures: readonly (readonly [string, string])[]): Html {
  return html`<table class="figures">
    <tbody>
      ${figures.map(
        ([label, value]) =>
          html`<tr>
            <th scope="row">${label}</th>
            <td><pre>${value}</pre></td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
