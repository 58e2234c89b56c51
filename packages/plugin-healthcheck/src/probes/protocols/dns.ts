import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import * as v from 'valibot';
import { defineProbe, type ProbeDefinition, type ProbeIo } from '../definition.ts';
import { converse } from '../net/converse.ts';
import { networkFailure } from '../net/failure.ts';
import { lookup } from '../net/lookup.ts';
import { type Address, addressOption, formatAddress } from '../options/address.ts';
import { table, text } from '../options/table.ts';
import { ProbeFailure, type ProbeFinding } from '../result.ts';
import { decodeAnswer, DNS_CODES, DNS_TYPES, type DnsAnswer, encodeQuery } from './dns-message.ts';

/** The options of `dns`. */
export interface DnsDescription {
  readonly address: Address;
  readonly transport: 'udp' | 'tcp';
  /** The name asked for. Without one it is `localhost`, and any answer but a failure of the server will do. */
  readonly name?: string | undefined;
  readonly type: string;
  /** The answer code that is expected when a name is given. */
  readonly code: string;
  /** An address or text that must be among the answers. */
  readonly answer?: string | undefined;
}

const SERVER_FAULTS = new Set(['FORMERR', 'SERVFAIL', 'NOTIMP']);
const RESEND_MS = 1000;

/** One query over UDP (sent again each second) or TCP. */
export const dns: ProbeDefinition<'dns', DnsDescription> = defineProbe({
  name: 'dns',
  short: 'address',
  options: v.pipe(
    table({
      address: addressOption(53),
      transport: v.optional(v.picklist(['udp', 'tcp'], 'must be "udp" or "tcp"'), 'udp'),
      name: v.optional(v.pipe(text, v.check(isName, 'must be a domain name'))),
      type: v.optional(v.picklist(Object.keys(DNS_TYPES), `must be one of ${Object.keys(DNS_TYPES).join(', ')}`), 'A'),
      code: v.optional(v.picklist(DNS_CODES, `must be one of ${DNS_CODES.join(', ')}`), 'NOERROR'),
      answer: v.optional(text),
    }),
    v.check(({ address, transport }) => transport === 'tcp' || 'port' in address, 'UDP needs a host and a port'),
  ),
  describe: ({ address, transport, name = 'localhost', type }) =>
    `dns ${formatAddress(address)}/${transport} ${type} ${name}`,
  async attempt(description, io) {
    const id = randomInt(0x10000);
    const query = encodeQuery({ id, name: description.name ?? 'localhost', type: description.type });
    const answer = await (description.transport === 'tcp'
      ? overTcp(description, { id, query }, io)
      : overUdp(description, { id, query }, io));
    return judge(answer, description);
  },
});

interface Question {
  readonly id: number;
  readonly query: Buffer;
}

function isName(name: string): boolean {
  return (
    name === '.' ||
    (name.length < 254 &&
      name
        .replace(/\.$/, '')
        .split('.')
        .every((label) => label !== '' && Buffer.byteLength(label) < 64))
  );
}

function judge(answer: DnsAnswer, { name, code, answer: wanted }: DnsDescription): ProbeFinding {
  const detail = { code: answer.code, answers: answer.count };
  const isFine = name === undefined ? !SERVER_FAULTS.has(answer.code) : answer.code === code;
  if (!isFine)
    throw new ProbeFailure(
      `the server answers ${answer.code}${name === undefined ? '' : `, expected ${code}`}`,
      detail,
    );
  if (wanted !== undefined && !answer.values.includes(wanted)) {
    throw new ProbeFailure(
      `${wanted} is not among the answers (${answer.values.slice(0, 5).join(', ') || 'none'})`,
      detail,
    );
  }
  return { message: `${answer.code}, ${answer.count} answers`, detail };
}

async function overTcp({ address }: DnsDescription, { id, query }: Question, io: ProbeIo): Promise<DnsAnswer> {
  let answer: DnsAnswer | undefined;
  await converse({ address }, io, async (dialogue) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(query.length);
    dialogue.send(Buffer.concat([length, query]));
    const size = (await dialogue.bytes(2, 'the answer')).readUInt16BE(0);
    answer = decodeAnswer(await dialogue.bytes(size, 'the whole answer'), id);
    return { message: 'answered' };
  });
  if (answer === undefined) throw new ProbeFailure('this is not dns: the answer has another form');
  return answer;
}

async function overUdp({ address }: DnsDescription, { id, query }: Question, io: ProbeIo): Promise<DnsAnswer> {
  if (!('port' in address)) throw new ProbeFailure('UDP needs a host and a port');
  const { host, port } = address;
  io.signal.throwIfAborted();
  io.doing = `waiting for an answer from ${formatAddress(address)}`;
  const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', lookup: lookupForUdp(isIPv6(host) ? 6 : 4) });
  io.signal.addEventListener('abort', () => stop(), { once: true });
  let again: NodeJS.Timeout | undefined;
  let isOpen = true;
  const stop = (): void => {
    clearInterval(again);
    if (isOpen) socket.close();
    isOpen = false;
  };
  try {
    return await new Promise((resolve, reject) => {
      socket.on('error', (error) => reject(networkFailure(`cannot ask ${formatAddress(address)}`, error)));
      socket.on('close', () => reject(new ProbeFailure('aborted')));
      // A datagram that is not the answer may come from anybody: wait on.
      socket.on('message', (message) => {
        const answer = decodeAnswer(message, id);
        if (answer !== undefined) resolve(answer);
      });
      const ask = (): void => void (isOpen && socket.send(query));
      socket.on('connect', () => {
        ask();
        again = setInterval(ask, RESEND_MS);
      });
      // Without a callback: with one, an unknown host would be told to it instead of to 'error'.
      socket.connect(port, host);
    });
  } finally {
    stop();
  }
}

function lookupForUdp(
  family: 4 | 6,
): (
  hostname: string,
  options: unknown,
  callback: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
) => void {
  return (hostname, _options, callback) =>
    lookup(hostname, { family }, (error, address) =>
      callback(error, typeof address === 'string' ? address : '', family),
    );
}
