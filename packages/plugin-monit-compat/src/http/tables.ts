import { type Html, html } from './html.ts';

/** A column of a list: its head, what stands in a row, and how. */
export interface Column<Row> {
  readonly head: string;
  /** Numbers stand at the right. `minor` columns make way on a narrow screen. */
  readonly kind?: 'number' | 'minor' | undefined;
  cell(row: Row): Html | string;
}

/** A list with a head. */
export function listTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Html {
  const classOf = ({ kind }: Column<Row>): string => (kind === 'number' ? 'n' : (kind ?? ''));
  return html`<table>
    <thead>
      <tr>
        ${columns.map((column) => html`<th class="${classOf(column)}">${column.head}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${columns.map((column) => html`<td class="${classOf(column)}">${column.cell(row)}</td>`)}
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
