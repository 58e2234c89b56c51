import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2';
import * as v from 'valibot';
import { defineProbe, type ProbeDefinition, type ProbeIo } from './definition.ts';
import { decodeHealthResponse, encodeHealthRequest } from './grpc-message.ts';
import { withDaysLeft } from './net/certificate.ts';
import { connect } from './net/connect.ts';
import { networkFailure } from './net/failure.ts';
import { MOST_READ_BYTES } from './net/received.ts';
import { type Address, addressOption, formatAddress } from './options/address.ts';
import { anyText, table, text } from './options/table.ts';
import { type TlsOptions, tlsOption } from './options/tls.ts';
import { ProbeFailure, type ProbeFinding } from './result.ts';

/** The options of `grpc`. */
export interface GrpcDescription {
  readonly address: Address;
  /** The service asked about; empty for the server as a whole. */
  readonly service: string;
  readonly authority?: string | undefined;
  readonly tls?: TlsOptions | undefined;
}

const STATUS_NAMES: Readonly<Record<string, string>> = {
  5: 'the service is not known to the server',
  12: 'the server does not offer grpc.health.v1',
  14: 'the server says that it is unavailable',
  16: 'the server asks for credentials',
};

/** `grpc.health.v1.Health/Check`: SERVING passes. */
export const grpc: ProbeDefinition<'grpc', GrpcDescription> = defineProbe({
  name: 'grpc',
  short: 'address',
  options: table({
    address: addressOption(),
    service: v.optional(anyText, ''),
    authority: v.optional(text),
    tls: tlsOption,
  }),
  describe: ({ address, service }) => `grpc ${formatAddress(address)}${service === '' ? '' : ` ${service}`}`,
  async attempt(description, io) {
    const { address, tls } = description;
    // Loaded with the first gRPC probe: most daemons have none.
    const http2 = await import('node:http2');
    const { socket, daysLeft } = await connect({ address, tls, alpn: ['h2'] }, io);
    const authority = description.authority ?? ('socket' in address ? 'localhost' : formatAddress(address));
    const session = http2.connect(`${tls === undefined ? 'http' : 'https'}://${authority}`, {
      createConnection: () => socket,
    });
    try {
      return withDaysLeft(await check(session, { ...description, authority }, io), daysLeft);
    } finally {
      session.destroy();
      socket.destroy();
    }
  },
});

function check(
  session: ClientHttp2Session,
  { service, address, authority }: GrpcDescription & { authority: string },
  io: ProbeIo,
): Promise<ProbeFinding> {
  io.doing = 'waiting for the health state';
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => reject(networkFailure(`cannot ask ${formatAddress(address)}`, error));
    session.on('error', fail);
    session.on('close', () => fail(new ProbeFailure('the server closed the connection')));
    const stream = session.request({
      ':method': 'POST',
      ':authority': authority,
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
      'user-agent': 'tappet',
    });
    stream.on('error', fail);
    collect(stream, fail)
      .then(({ data, status, message }) => resolve(judge(data, { status, message, service })), reject)
      .catch(reject);
    stream.end(encodeHealthRequest(service));
  });
}

interface GrpcAnswer {
  readonly data: Buffer;
  readonly status: string | undefined;
  readonly message: string;
}

function collect(stream: ClientHttp2Stream, fail: (error: unknown) => void): Promise<GrpcAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  let headers: IncomingHttpHeaders = {};
  stream.on('response', (received) => (headers = { ...headers, ...received }));
  stream.on('trailers', (received: IncomingHttpHeaders) => (headers = { ...headers, ...received }));
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MOST_READ_BYTES) fail(new ProbeFailure('the server sent more than 64 KiB'));
  });
  return new Promise((resolve, reject) => {
    stream.on('close', () => {
      const http = headers[':status'];
      if (http === undefined) return reject(new ProbeFailure('the server ended the request without an answer'));
      if (Number(http) !== 200)
        return reject(new ProbeFailure(`this is not grpc: it answers with HTTP status ${String(http)}`));
      resolve({
        data: Buffer.concat(chunks),
        status: first(headers['grpc-status']),
        message: first(headers['grpc-message']) ?? '',
      });
    });
  });
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function judge(
  data: Buffer,
  { status, message, service }: { status: string | undefined; message: string; service: string },
): ProbeFinding {
  if (status !== '0') {
    const why = STATUS_NAMES[status ?? ''] ?? `grpc status ${status ?? 'missing'}`;
    throw new ProbeFailure(message === '' ? why : `${why} (${message.slice(0, 100)})`, {
      status: Number(status ?? -1),
    });
  }
  const state = decodeHealthResponse(data);
  if (state === undefined) throw new ProbeFailure('the answer is not a HealthCheckResponse');
  if (state !== 'SERVING') throw new ProbeFailure(`${service === '' ? 'the server' : service} is ${state}`, { state });
  return { message: state, detail: { state } };
}
