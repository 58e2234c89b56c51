import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { ConnectionTest } from '../language/ast.ts';
import { compilePattern } from '../language/pattern.ts';

/** How long the refusal of a closed port is waited for: nothing else tells that nobody listens. */
const REFUSAL_MS = 1000;

/** A client request of NTP version 3 (RFC 1305). */
const NTP_REQUEST: Buffer = Buffer.concat([Buffer.of(0x1b), Buffer.alloc(47)]);
const NTP_SERVER_MODE = 4;

/**
 * One UDP exchange: something is sent, then either the expected answer must come or, without an expectation, no refusal. Resolves
 * with what is wrong, undefined when nothing is.
 */
export function probeUdp(test: ConnectionTest, host: string, signal: AbortSignal): Promise<string | undefined> {
  const { target, timeoutMs } = test;
  if (!('port' in target)) return Promise.resolve('UDP needs a port');
  const { port } = target;
  const wanted = expectation(test);
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    let isOver = false;
    const finish = (problem: string | undefined): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      socket.close();
      resolve(problem);
    };
    const timer = setTimeout(
      () => finish(wanted === undefined ? undefined : `no answer within ${timeoutMs} ms`),
      wanted === undefined ? Math.min(timeoutMs, REFUSAL_MS) : timeoutMs,
    );
    signal.addEventListener('abort', () => finish('aborted'), { once: true });
    socket.on('error', (error) => finish(error.message));
    socket.on('message', (message) => finish(wanted?.(message)));
    socket.on('connect', () => socket.send(requestOf(test)));
    socket.connect(port, host);
  });
}

function requestOf({ protocol, dialogue }: ConnectionTest): Buffer {
  if (protocol === 'ntp3') return NTP_REQUEST;
  const sent = dialogue.filter(({ kind }) => kind === 'send').map(({ text }) => text);
  return Buffer.from(sent.length === 0 ? '\n' : sent.join(''), 'latin1');
}

function expectation({ protocol, dialogue }: ConnectionTest): ((answer: Buffer) => string | undefined) | undefined {
  if (protocol === 'ntp3') {
    return (answer) =>
      answer.length >= 48 && ((answer[0] ?? 0) & 7) === NTP_SERVER_MODE ? undefined : 'this is not an NTP answer';
  }
  const expected = dialogue.find(({ kind }) => kind === 'expect');
  if (expected === undefined) return undefined;
  const compiled = compilePattern(expected.text);
  return (answer) =>
    compiled.ok && compiled.pattern.test(answer.toString('latin1'))
      ? undefined
      : `the answer does not match ${JSON.stringify(expected.text)}`;
}
