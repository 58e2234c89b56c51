import * as v from 'valibot';
import { type DialogueOptions, dialogueEntries, playDialogue } from './dialogue-steps.ts';
import { defineProbe, type ProbeDefinition } from './definition.ts';
import { converse } from './net/converse.ts';
import { type Address, addressOption, formatAddress } from './options/address.ts';
import { table, text } from './options/table.ts';
import { type TlsOptions, tlsOption } from './options/tls.ts';

/** The options of `tcp`. */
export interface TcpDescription extends DialogueOptions {
  readonly address: Address;
  readonly tls?: TlsOptions | undefined;
}

/** The options of `unix`. */
export interface UnixDescription extends DialogueOptions {
  readonly path: string;
}

/** A connection that opens, and optionally says and hears what it should. */
export const tcp: ProbeDefinition<'tcp', TcpDescription> = defineProbe({
  name: 'tcp',
  short: 'address',
  options: table({ address: addressOption(), tls: tlsOption, ...dialogueEntries }),
  describe: ({ address }) => `tcp ${formatAddress(address)}`,
  attempt: ({ address, tls, ...steps }, io) =>
    converse({ address, tls }, io, (dialogue) => playDialogue(steps, dialogue)),
});

/** The same over a unix socket. */
export const unix: ProbeDefinition<'unix', UnixDescription> = defineProbe({
  name: 'unix',
  short: 'path',
  options: table({
    path: v.pipe(
      text,
      v.transform((path) => path.replace(/^unix:/, '')),
      v.startsWith('/', 'must be the absolute path of a socket'),
      v.maxLength(107, 'is longer than the 107 bytes of a unix socket path'),
    ),
    ...dialogueEntries,
  }),
  describe: ({ path }) => `unix ${path}`,
  attempt: ({ path, ...steps }, io) =>
    converse({ address: { socket: path } }, io, (dialogue) => playDialogue(steps, dialogue)),
});
