import type { ProbeIo } from '../definition.ts';
import { networkFailure } from '../net/failure.ts';
import { ProbeFailure } from '../result.ts';
import { HttpConnection } from './connection.ts';
import type { HttpDescription } from './description.ts';
import type { HttpAnswer } from './judge.ts';
import { keep, takeKept } from './kept-connections.ts';
import { type Response, ResponseReader } from './response.ts';
import { type HttpRequest, wireOf } from './request.ts';

/** Sends one request and reads its answer, 64 KiB at most. A kept connection that turns out closed is replaced. */
export async function exchange(request: HttpRequest, description: HttpDescription, io: ProbeIo): Promise<HttpAnswer> {
  io.signal.throwIfAborted();
  const { keep_alive: isKept } = description;
  const { bytes, target, place } = wireOf(request, description);
  const doing = `waiting for ${request.url.origin}`;
  const old = isKept ? takeKept(place) : undefined;
  io.doing = doing;
  const connection = old ?? (await HttpConnection.open(target, io));
  io.doing = doing;
  const response = await ask(connection, { request, bytes, isOld: old !== undefined }, io);
  if (response === 'stale') return exchange(request, description, io);
  if (isKept && response.isReusable) keep(place, connection);
  else connection.close();
  const { head, body, isWhole } = response;
  return { status: head.status, location: head.location, body, isWhole, daysLeft: connection.daysLeft };
}

/** "stale": the kept connection was closed by the server before it took the request. */
function ask(
  connection: HttpConnection,
  { request, bytes, isOld }: { request: HttpRequest; bytes: Buffer; isOld: boolean },
  io: ProbeIo,
): Promise<Response | 'stale'> {
  const answer = new ResponseReader(request.method);
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      connection.close();
      reject(networkFailure(`cannot get an answer from ${request.url.host}`, error));
    };
    io.signal.addEventListener('abort', () => fail(new ProbeFailure('aborted')), { once: true });
    connection.ask(bytes, {
      read(data) {
        try {
          const response = answer.push(data);
          if (response !== undefined) resolve(response);
        } catch (error) {
          fail(error);
        }
      },
      ended(error) {
        const response = answer.end();
        if (response !== undefined) resolve(response);
        else if (isOld && !answer.hasBegun) resolve('stale');
        else fail(error ?? new Error(endedEarly(answer)));
      },
    });
  });
}

function endedEarly({ hasBegun }: ResponseReader): string {
  return hasBegun
    ? 'the server closed the connection in the middle of its answer'
    : 'the server closed the connection without an answer';
}
