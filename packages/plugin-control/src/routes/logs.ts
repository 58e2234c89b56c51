import { isUtf8 } from 'node:buffer';
import type { OutputStream, PluginSupervisor } from '@tappet/core';
import type { LogLine } from '../protocol.ts';
import { lastLines } from './last-lines.ts';
import { readCount, readSwitch } from './read-as.ts';
import type { RouteTable } from './router.ts';
import { resolveNames } from './service-names.ts';

/**
 * `GET /v1/logs?name=web&lines=100&follow=1`: what services wrote, kept bytes first, then as they come. One JSON value a
 * line; bytes that are not UTF-8 travel as base64, so that nothing is lost. `format=raw` sends the bytes themselves.
 */
export function logRoutes(supervisor: PluginSupervisor): RouteTable {
  return {
    'GET /v1/logs': ({ query }) => {
      const names = query.getAll('name');
      const services = names.length === 0 ? supervisor.services().map((s) => s.name) : resolveNames(supervisor, names);
      const lines = readCount(query, 'lines') ?? Infinity;
      const follow = readSwitch(query, 'follow');
      const raw = query.get('format') === 'raw';
      return {
        kind: 'stream',
        contentType: raw ? 'application/octet-stream' : 'application/x-ndjson',
        dropped: (bytes) => (raw ? `\n[${bytes} bytes dropped]\n` : line({ type: 'dropped', bytes })),
        open(feed) {
          function push(service: string, chunk: Uint8Array, stream: OutputStream): void {
            // The chunk is only valid during the call, so a raw one is copied.
            if (chunk.length > 0)
              feed.push(raw ? Buffer.from(chunk) : line(entry(service, chunk, stream)), chunk.length);
          }
          for (const service of services) push(service, lastLines(supervisor.tail(service), lines), 'output');
          if (!follow) {
            feed.end();
            return () => undefined;
          }
          const ends = services.map((service) =>
            supervisor.onOutput(service, (chunk, stream) => push(service, chunk, stream)),
          );
          return () => ends.forEach((end) => end());
        },
      };
    },
  };
}

function entry(service: string, chunk: Uint8Array, stream: OutputStream): LogLine {
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  return isUtf8(bytes)
    ? { service, stream, text: bytes.toString('utf8') }
    : { service, stream, base64: bytes.toString('base64') };
}

function line(value: LogLine): string {
  return `${JSON.stringify(value)}\n`;
}
