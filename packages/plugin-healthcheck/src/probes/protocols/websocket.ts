import { createHash, randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { defineProbe, type ProbeDefinition } from '../definition.ts';
import { converse } from '../net/converse.ts';
import { type Dialogue, quote } from '../net/dialogue.ts';
import { headersOption } from '../options/headers.ts';
import { table, text } from '../options/table.ts';
import { DEFAULT_TLS, type TlsOptions, tlsTable } from '../options/tls.ts';
import { ProbeFailure, type ProbeFinding } from '../result.ts';
import { decodeFrame, encodeFrame, frameSize, PING, PONG } from './websocket-frame.ts';

/** The options of `websocket`. */
export interface WebsocketDescription {
  readonly url: string;
  /** Path of a unix socket that the server listens on. */
  readonly socket?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol?: string | undefined;
  readonly tls?: TlsOptions | undefined;
}

const KEY_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const CLOSE_NORMAL = Buffer.of(0x03, 0xe8);

/** The opening handshake (RFC 6455), a ping and its pong, a close frame. */
export const websocket: ProbeDefinition<'websocket', WebsocketDescription> = defineProbe({
  name: 'websocket',
  short: 'url',
  options: table({
    url: v.pipe(
      text,
      v.check(isWebsocketUrl, 'must be a URL like "ws://127.0.0.1:8080/path" or "wss://…", its port from 1 to 65535'),
    ),
    socket: v.optional(v.pipe(text, v.startsWith('/', 'must be an absolute path'))),
    headers: headersOption,
    protocol: v.optional(v.pipe(text, v.regex(/^[\w.+-]+$/, 'must be a protocol name'))),
    tls: v.optional(tlsTable),
  }),
  describe: ({ url }) => `websocket ${url}`,
  attempt({ url: href, socket, headers, protocol, tls }, io) {
    const url = new URL(href);
    const isSecure = url.protocol === 'wss:';
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const address = socket === undefined ? { host, port: Number(url.port || (isSecure ? 443 : 80)) } : { socket };
    return converse({ address, host, tls: isSecure ? (tls ?? DEFAULT_TLS) : undefined }, io, async (dialogue) => {
      await shakeHands(dialogue, { url, headers, protocol });
      return pingPong(dialogue);
    });
  },
});

function isWebsocketUrl(value: string): boolean {
  const url = URL.parse(value);
  return url !== null && (url.protocol === 'ws:' || url.protocol === 'wss:') && url.port !== '0' && url.username === '';
}

interface Handshake {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: string | undefined;
}

async function shakeHands(dialogue: Dialogue, { url, headers, protocol }: Handshake): Promise<void> {
  const key = randomBytes(16).toString('base64');
  const all: Record<string, string> = {
    Host: url.host,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': key,
    'Sec-WebSocket-Version': '13',
    ...(protocol === undefined ? {} : { 'Sec-WebSocket-Protocol': protocol }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  dialogue.send(`GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n`);
  const status = await dialogue.line('the answer to the handshake');
  const code = /^HTTP\/1\.1 (\d{3})/.exec(status)?.[1];
  if (code !== '101')
    throw new ProbeFailure(`the server answers the handshake with ${quote(status)}`, { status: Number(code ?? 0) });
  const accept = createHash('sha1')
    .update(key + KEY_SUFFIX)
    .digest('base64');
  const answered = await readHeaders(dialogue);
  if (answered.get('sec-websocket-accept') !== accept)
    throw new ProbeFailure('the server accepts the handshake with a wrong key');
}

async function readHeaders(dialogue: Dialogue): Promise<ReadonlyMap<string, string>> {
  const headers = new Map<string, string>();
  for (;;) {
    const line = await dialogue.line('the end of the handshake');
    if (line === '') return headers;
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
}

async function pingPong(dialogue: Dialogue): Promise<ProbeFinding> {
  const payload = randomBytes(8);
  dialogue.send(encodeFrame(PING, payload));
  for (;;) {
    const frame = decodeFrame(await dialogue.until(frameSize, 'the pong'));
    if (frame.opcode === 8) throw new ProbeFailure('the server closes the connection instead of a pong');
    if (frame.opcode === PING) dialogue.send(encodeFrame(PONG, frame.payload));
    if (frame.opcode === PONG && frame.payload.equals(payload)) break;
  }
  dialogue.send(encodeFrame(8, CLOSE_NORMAL));
  return { message: 'pong' };
}
