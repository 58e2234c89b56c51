import { MOST_READ_BYTES } from '../net/received.ts';
import { ProbeFailure } from '../result.ts';
import { ChunkedBody } from './chunked.ts';
import { parseHead, type ResponseHead } from './response-head.ts';

/** What Node takes at most, too. */
const MOST_HEAD_BYTES = 16 * 1024;

/** An answer when it has been read: whole, or the first 64 KiB. */
export interface Response {
  readonly head: ResponseHead;
  readonly body: Buffer;
  readonly isWhole: boolean;
  /** Whether the connection can take another request. */
  readonly isReusable: boolean;
}

/** Reads one answer as it arrives. */
export class ResponseReader {
  readonly #method: string;
  readonly #chunked = new ChunkedBody();
  readonly #content: Buffer[] = [];
  #text = '';
  #head: ResponseHead | undefined;
  #readBytes = 0;
  #contentBytes = 0;

  constructor(method: string) {
    this.#method = method;
  }

  /** Whether anything has arrived. */
  get hasBegun(): boolean {
    return this.#readBytes > 0;
  }

  /** Takes what arrived. The answer when it is complete, or more of it than is read. Throws at what is not HTTP. */
  push(data: Buffer): Response | undefined {
    this.#readBytes += data.length;
    if (this.#head !== undefined) return this.#readBody(data, this.#head);
    this.#text += data.toString('latin1');
    for (;;) {
      const end = /\r?\n\r?\n/.exec(this.#text);
      if (end === null) break;
      const rest = this.#text.slice(end.index + end[0].length);
      const head = parseHead(this.#text.slice(0, end.index), this.#method);
      this.#text = rest;
      if (head.status === 101) throw new ProbeFailure('the server switched to another protocol', { status: 101 });
      if (head.status >= 200) return this.#begin(head);
      if (this.#readBytes > MOST_READ_BYTES) throw new ProbeFailure('the server sends interim answers without end');
    }
    if (this.#text.length > 8 && !this.#text.startsWith('HTTP/1.')) parseHead(this.#text, this.#method);
    if (this.#text.length > MOST_HEAD_BYTES) throw new ProbeFailure('the headers are longer than 16 KiB');
    return undefined;
  }

  /** The connection has ended: the answer when that is how it ends, undefined when it is cut off. */
  end(): Response | undefined {
    return this.#head?.body === 'close' ? this.#answer(this.#head, { isEnd: true, isReusable: false }) : undefined;
  }

  #begin(head: ResponseHead): Response | undefined {
    this.#head = head;
    const rest = Buffer.from(this.#text, 'latin1');
    this.#text = '';
    this.#readBytes = rest.length;
    return this.#readBody(rest, head);
  }

  #readBody(data: Buffer, head: ResponseHead): Response | undefined {
    const { body, isKept } = head;
    const used = body === 'chunked' ? this.#readChunks(data) : this.#readPlain(data, body);
    if (used !== undefined) return this.#answer(head, { isEnd: true, isReusable: isKept && used === data.length });
    // More has arrived than is read.
    return this.#readBytes > MOST_READ_BYTES ? this.#answer(head, { isEnd: false, isReusable: false }) : undefined;
  }

  /** How many bytes of this were the rest of the body; undefined while it goes on. */
  #readChunks(data: Buffer): number | undefined {
    const found = this.#chunked.read(data, (content) => this.#take(content));
    if (found === undefined) throw new ProbeFailure('this is not HTTP: its chunks have another form');
    return found.isDone ? found.used : undefined;
  }

  #readPlain(data: Buffer, body: 'none' | 'close' | number): number | undefined {
    const length = body === 'none' ? 0 : body === 'close' ? Infinity : body;
    const left = length - this.#contentBytes;
    this.#take(data.subarray(0, left));
    return data.length >= left ? left : undefined;
  }

  #take(content: Buffer): void {
    const room = MOST_READ_BYTES - this.#contentBytes;
    // A copy: what arrived lies in a buffer that is used again.
    if (room > 0 && content.length > 0) this.#content.push(Buffer.from(content.subarray(0, room)));
    this.#contentBytes += content.length;
  }

  #answer(head: ResponseHead, { isEnd, isReusable }: { isEnd: boolean; isReusable: boolean }): Response {
    const isWhole = isEnd && this.#contentBytes <= MOST_READ_BYTES;
    return { head, body: Buffer.concat(this.#content), isWhole, isReusable };
  }
}
