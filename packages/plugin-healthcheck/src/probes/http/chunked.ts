/** The longest line that tells a size, with its extensions, and the longest of a trailer. */
const LONGEST_LINE = 1024;

/** A body in chunks (RFC 9112, 7.1), taken apart as it arrives. */
export class ChunkedBody {
  #line = '';
  #isTrailer = false;
  /** Bytes left of the chunk, with the line end behind it. */
  #left = 0;

  /** How many bytes of this belong to the body, its content given to `take`. `isDone` when it is complete. Undefined when it is none. */
  read(data: Buffer, take: (content: Buffer) => void): { readonly used: number; readonly isDone: boolean } | undefined {
    let at = 0;
    while (at < data.length) {
      if (this.#left > 0) {
        const content = data.subarray(at, at + Math.max(0, this.#left - 2));
        if (content.length > 0) take(content);
        const used = Math.min(data.length - at, this.#left);
        this.#left -= used;
        at += used;
        continue;
      }
      const end = data.indexOf(10, at);
      this.#line += data.toString('latin1', at, end === -1 ? data.length : end);
      if (this.#line.length > LONGEST_LINE) return undefined;
      if (end === -1) break;
      at = end + 1;
      const line = this.#line.trimEnd();
      this.#line = '';
      if (this.#isTrailer && line === '') return { used: at, isDone: true };
      if (this.#isTrailer) continue;
      const size = /^([0-9a-f]{1,8})[ \t]*(?:;|$)/i.exec(line)?.[1];
      if (size === undefined) return undefined;
      if (Number.parseInt(size, 16) === 0) this.#isTrailer = true;
      else this.#left = Number.parseInt(size, 16) + 2;
    }
    return { used: at, isDone: false };
  }
}
