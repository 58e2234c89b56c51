import * as v from 'valibot';
import { defineProbe, type ProbeDefinition } from '../definition.ts';
import { converse } from '../net/converse.ts';
import { quote } from '../net/dialogue.ts';
import { table } from '../options/table.ts';
import { ProbeFailure } from '../result.ts';
import { describeServer, serverEntries, type ServerDescription } from './target.ts';

/** The options of `amqp`. */
export interface AmqpDescription extends ServerDescription {
  readonly version: '0-9-1' | '1.0';
}

const HEADERS = {
  '0-9-1': Buffer.from('AMQP\0\0\t\u0001', 'latin1'),
  '1.0': Buffer.from('AMQP\0\u0001\0\0', 'latin1'),
} as const;

/** The protocol header: a 0-9-1 server answers with `Connection.Start`, a 1.0 server with the same header. */
export const amqp: ProbeDefinition<'amqp', AmqpDescription> = defineProbe({
  name: 'amqp',
  short: 'address',
  options: table({
    ...serverEntries(5672),
    version: v.optional(v.picklist(['0-9-1', '1.0'], 'must be "0-9-1" or "1.0"'), '0-9-1'),
  }),
  describe: describeServer('amqp'),
  attempt: ({ version, ...target }, io) =>
    converse(target, io, async (dialogue) => {
      dialogue.send(HEADERS[version]);
      const answer = await dialogue.bytes(8, 'the answer to the protocol header');
      if (answer.equals(HEADERS[version])) return { message: `speaks AMQP ${version}` };
      if (answer.toString('latin1', 0, 4) === 'AMQP') {
        throw new ProbeFailure(`the server speaks AMQP ${answer.subarray(5).join('-')}, not ${version}`);
      }
      // A method frame (1) on channel 0.
      if (version !== '0-9-1' || answer[0] !== 1 || answer.readUInt16BE(1) !== 0) {
        throw new ProbeFailure(`this is not amqp: it answers ${quote(answer)}`);
      }
      const method = Buffer.concat([answer.subarray(7), await dialogue.bytes(3, 'Connection.Start')]);
      if (method.readUInt32BE(0) !== 0x000a000a)
        throw new ProbeFailure('the server does not begin with Connection.Start');
      return { message: 'speaks AMQP 0-9-1' };
    }),
});
