import { describe, expect, it } from 'vitest';
import { type Response, ResponseReader } from '../../../../packages/plugin-healthcheck/src/probes/http/response.ts';

/** What an answer of the server becomes, given in pieces of this size. */
function read(
  text: string,
  { method = 'GET', size = Infinity, ends = false }: { method?: string; size?: number; ends?: boolean } = {},
): Response | undefined {
  const reader = new ResponseReader(method);
  const bytes = Buffer.from(text, 'latin1');
  // As in a socket: the next piece overwrites the one before.
  const buffer = Buffer.alloc(bytes.length);
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    piece.copy(buffer);
    const response = reader.push(buffer.subarray(0, piece.length));
    buffer.fill('!');
    if (response !== undefined) return response;
  }
  return ends ? reader.end() : undefined;
}

interface Case {
  readonly what: string;
  readonly text: string;
  readonly method?: string;
  readonly ends?: boolean;
  readonly status: number;
  readonly body: string;
  readonly isReusable: boolean;
}

const CASES: readonly Case[] = [
  {
    what: 'a body of known length',
    text: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
    status: 200,
    body: 'hello',
    isReusable: true,
  },
  {
    what: 'no body',
    text: 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n',
    status: 204,
    body: '',
    isReusable: true,
  },
  {
    what: 'no body after HEAD, whatever its length would be',
    text: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n',
    method: 'HEAD',
    status: 200,
    body: '',
    isReusable: true,
  },
  {
    what: 'chunks with extensions and trailers',
    text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nX: y\r\n\r\n',
    status: 200,
    body: 'hello!',
    isReusable: true,
  },
  {
    what: 'chunks rather than a length',
    text: 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    status: 200,
    body: 'ok',
    isReusable: true,
  },
  {
    what: 'a body that ends with the connection',
    text: 'HTTP/1.0 200 OK\r\n\r\nuntil the end',
    ends: true,
    status: 200,
    body: 'until the end',
    isReusable: false,
  },
  {
    what: 'a server that closes',
    text: 'HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 2\r\n\r\nok',
    status: 200,
    body: 'ok',
    isReusable: false,
  },
  {
    what: 'an old server that does not',
    text: 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok',
    status: 200,
    body: 'ok',
    isReusable: true,
  },
  {
    what: 'interim answers before the real one',
    text: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok',
    status: 200,
    body: 'ok',
    isReusable: true,
  },
  {
    what: 'lines that end with LF alone, and a header that goes on',
    text: 'HTTP/1.1 200 OK\nX-Long: a\n  b\nContent-Length: 2\n\nok',
    status: 200,
    body: 'ok',
    isReusable: true,
  },
  {
    what: 'the same length twice',
    text: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\ncontent-length: 2\r\n\r\nok',
    status: 200,
    body: 'ok',
    isReusable: true,
  },
];

describe.each(CASES)('an answer with $what', ({ text, method, ends, status, body, isReusable }) => {
  it.each([Infinity, 1, 2, 3, 7])('is read in pieces of %d bytes', (size) => {
    const response = read(text, { size, ...(method === undefined ? {} : { method }), ends: ends === true });
    expect(response).toMatchObject({ head: { status }, isWhole: true, isReusable });
    expect(response?.body.toString()).toBe(body);
  });
});

describe('an answer', () => {
  it.each([
    ['another protocol', '220 mail.test ESMTP\r\n', 'this is not HTTP: it answers "220 mail.test ESMTP"'],
    ['another version', 'HTTP/2 200\r\n\r\n', 'this is not HTTP: it answers "HTTP/2 200"'],
    ['a status that is none', 'HTTP/1.1 abc\r\n\r\n', 'this is not HTTP: it answers "HTTP/1.1 abc"'],
    ['a header that is none', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n', 'this is not HTTP: it has the header "nonsense"'],
    ['a length that is none', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n', 'it has the content length "-1"'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 'content length "1, 2"'],
    [
      'a chunk that is none',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n',
      'its chunks have another form',
    ],
    [
      'an endless line for the size of a chunk',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;${'a'.repeat(2000)}`,
      'its chunks have another form',
    ],
    [
      '10 MB of headers',
      `HTTP/1.1 200 OK\r\n${`X: ${'a'.repeat(1000)}\r\n`.repeat(10_000)}`,
      'the headers are longer than',
    ],
    ['another protocol from now on', 'HTTP/1.1 101 Switching\r\n\r\n', 'the server switched to another protocol'],
    ['interim answers without end', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(3000), 'interim answers without end'],
  ])('with %s fails', (_what, text, message) => {
    expect(() => read(text, { size: 65_536 })).toThrow(message);
    expect(() => read(text, { size: 100 })).toThrow(message);
  });

  it('of more than 64 KiB is cut off there, and its connection is not used again', () => {
    const large = 'x'.repeat(200_000);
    for (const framing of [
      `Content-Length: ${large.length}\r\n\r\n`,
      '\r\n',
      'Transfer-Encoding: chunked\r\n\r\n30d40\r\n',
    ]) {
      const response = read(`HTTP/1.1 200 OK\r\n${framing}${large}`, { size: 4000 });
      expect(response).toMatchObject({ isWhole: false, isReusable: false });
      expect(response?.body.length).toBeGreaterThan(60_000);
      expect(response?.body.length).toBeLessThanOrEqual(65_536);
    }
  });

  it('followed by bytes that nobody asked for leaves no connection for the next attempt', () => {
    expect(read('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500')).toMatchObject({ isReusable: false });
    expect(read('HTTP/1.1 204 OK\r\n\r\nHTTP/1.1 500')).toMatchObject({ isReusable: false });
  });

  it('that is cut off is none', () => {
    expect(read('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel', { ends: true })).toBeUndefined();
    expect(read('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel', { ends: true })).toBeUndefined();
    expect(read('HTTP/1.1 200 OK\r\nContent-Le', { ends: true })).toBeUndefined();
  });
});
