/** A position in a control file. Line and column start at 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The text of one file, able to turn an offset into a place. */
export class SourceText {
  readonly name: string;
  readonly text: string;
  /** False when no URL can stand anywhere in the text. */
  readonly hasUrl: boolean;
  #starts: number[] | undefined;

  constructor(name: string, text: string) {
    this.name = name;
    this.text = text;
    this.hasUrl = text.includes('://');
  }

  /** The place of an offset; offsets past the end stand on the last line. */
  locate(offset: number): Place {
    const starts = this.#lineStarts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { file: this.name, line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }

  /** The text of a line without its line end, empty when there is no such line. */
  line(number: number): string {
    const starts = this.#lineStarts();
    const from = starts[number - 1];
    if (from === undefined) return '';
    return this.text.slice(from, starts[number] ?? this.text.length).replace(/\r?\n$/, '');
  }

  #lineStarts(): number[] {
    if (this.#starts !== undefined) return this.#starts;
    const starts = [0];
    for (let at = this.text.indexOf('\n'); at !== -1; at = this.text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#starts = starts;
    return starts;
  }
}
