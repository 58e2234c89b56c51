import type { ServerResponse } from 'node:http';
import { Feed } from './feed.ts';
import type { JsonReply, StreamReply } from './reply.ts';

/** Sends a value. */
export function sendJson(
  outgoing: ServerResponse,
  { reply, keepAlive }: { reply: JsonReply; keepAlive: boolean },
): void {
  const text = `${JSON.stringify(reply.body)}\n`;
  if (!keepAlive) outgoing.setHeader('Connection', 'close');
  outgoing.writeHead(reply.status, {
    ...COMMON_HEADERS,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  });
  outgoing.end(text);
}

/** Begins a stream that goes on until it ends or the reader is gone. Returns its feed. */
export function sendStream(
  outgoing: ServerResponse,
  { reply, limitBytes }: { reply: StreamReply; limitBytes: number },
): Feed {
  outgoing.writeHead(200, { ...COMMON_HEADERS, 'Content-Type': reply.contentType });
  outgoing.flushHeaders();
  const feed = new Feed(outgoing, { limitBytes, dropped: (weight) => reply.dropped(weight) });
  outgoing.on('drain', () => feed.drained());
  const close = reply.open(feed);
  outgoing.on('close', () => {
    feed.end();
    close();
  });
  return feed;
}

const COMMON_HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };
