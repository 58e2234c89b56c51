/** A place in a text, with its line. Every method moves forward or stays; none moves back except {@link rewind}. */
export class Cursor {
  readonly text: string;
  position = 0;
  line = 1;

  constructor(text: string) {
    this.text = text;
  }

  get isAtEnd(): boolean {
    return this.position >= this.text.length;
  }

  /** The character here, empty at the end. */
  peek(): string {
    return this.text[this.position] ?? '';
  }

  /** Moves over one character. */
  skip(): void {
    if (this.peek() === '\n') this.line += 1;
    this.position += 1;
  }

  skipBlanks(): void {
    while (isBlank(this.peek())) this.position += 1;
  }

  /** The letters here. */
  word(): string {
    const start = this.position;
    while (isLetter(this.text.charCodeAt(this.position))) this.position += 1;
    return this.text.slice(start, this.position);
  }

  /** The rest of the line without its newline; moves behind the newline. */
  restOfLine(): string {
    const start = this.position;
    const end = this.text.indexOf('\n', start);
    this.position = end < 0 ? this.text.length : end + 1;
    if (end >= 0) this.line += 1;
    return this.text.slice(start, end < 0 ? this.text.length : end);
  }

  mark(): { readonly position: number; readonly line: number } {
    return { position: this.position, line: this.line };
  }

  rewind(mark: { readonly position: number; readonly line: number }): void {
    this.position = mark.position;
    this.line = mark.line;
  }
}

/** Space or tab. */
export function isBlank(character: string): boolean {
  return character === ' ' || character === '\t';
}

function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
}
