import * as v from 'valibot';
import { defineProbe, type ProbeDefinition } from '../definition.ts';
import { converse } from '../net/converse.ts';
import type { Dialogue } from '../net/dialogue.ts';
import { table, text } from '../options/table.ts';
import type { TlsOptions } from '../options/tls.ts';
import { ProbeFailure, type ProbeFinding } from '../result.ts';
import { ber, type BerElement, berInteger, berMessage } from './ber.ts';
import { describeServer, startTlsEntries, type ServerDescription } from './target.ts';

/** The options of `ldap`. */
export interface LdapDescription extends ServerDescription {
  /** Who binds; nobody (anonymous) when left out. */
  readonly dn?: string | undefined;
  readonly password?: string | undefined;
}

const MESSAGE = 0x30;
const BIND_RESPONSE = 0x61;
const EXTENDED_RESPONSE = 0x78;
const SEARCH_ENTRY = 0x64;
const SEARCH_DONE = 0x65;
const UNBIND = Buffer.of(MESSAGE, 5, 2, 1, 4, 0x42, 0);
const START_TLS = '1.3.6.1.4.1.1466.20037';
// strongerAuthRequired, inappropriateAuthentication, invalidCredentials, insufficientAccessRights, unwillingToPerform
const REFUSES_STRANGERS = new Set([8, 48, 49, 50, 53]);

/**
 * A bind (LDAP 3) and a search for the root entry, after StartTLS where it is asked for (RFC 4511, 4.14). A server that
 * refuses an anonymous bind passes, since it answers.
 */
export const ldap: ProbeDefinition<'ldap', LdapDescription> = defineProbe({
  name: 'ldap',
  short: 'address',
  options: v.pipe(
    table({ ...startTlsEntries(389), dn: v.optional(text), password: v.optional(text) }),
    v.check(({ dn, password }) => (dn === undefined) === (password === undefined), 'dn and password belong together'),
  ),
  describe: describeServer('ldap'),
  attempt: (description, io) =>
    converse(description, io, async (dialogue) => {
      if (description.tls?.starttls === true) await startTls(description.tls, dialogue);
      return bindAndSearch(description, dialogue);
    }),
});

async function startTls(tls: TlsOptions, dialogue: Dialogue): Promise<void> {
  dialogue.send(message(1, ber(0x77, ber(0x80, START_TLS))));
  const code = resultCode(await operation(dialogue, 'the answer to StartTLS'), EXTENDED_RESPONSE);
  if (code !== 0) throw new ProbeFailure(`the server refuses StartTLS with code ${code}`, { code });
  await dialogue.secure(tls);
}

async function bindAndSearch({ dn = '', password = '' }: LdapDescription, dialogue: Dialogue): Promise<ProbeFinding> {
  const isAnonymous = dn === '';
  dialogue.send(message(2, ber(0x60, berInteger(3), ber(0x04, dn), ber(0x80, password))));
  const bound = resultCode(await operation(dialogue, 'the answer to the bind'), BIND_RESPONSE);
  if (isAnonymous && REFUSES_STRANGERS.has(bound))
    return { message: 'answers, refuses an anonymous bind', detail: { code: bound } };
  if (bound !== 0) throw new ProbeFailure(`the bind failed with code ${bound}`, { code: bound });

  dialogue.send(message(3, searchForRoot()));
  let answer = await operation(dialogue, 'the answer to the search');
  while (answer?.tag === SEARCH_ENTRY) answer = await operation(dialogue, 'the end of the search');
  const found = resultCode(answer, SEARCH_DONE);
  if (found !== 0 && !(isAnonymous && REFUSES_STRANGERS.has(found)))
    throw new ProbeFailure(`the search failed with code ${found}`, { code: found });
  dialogue.send(UNBIND);
  return { message: isAnonymous ? 'answers' : 'bound' };
}

function message(id: number, request: Buffer): Buffer {
  return ber(MESSAGE, berInteger(id), request);
}

function searchForRoot(): Buffer {
  const scopeBase = berInteger(0, 0x0a);
  const neverDereference = berInteger(0, 0x0a);
  const noLimits = Buffer.concat([berInteger(0), berInteger(0)]);
  const withValues = ber(0x01, Buffer.of(0));
  return ber(
    0x63,
    ber(0x04, ''),
    scopeBase,
    neverDereference,
    noLimits,
    withValues,
    ber(0x87, 'objectClass'),
    ber(MESSAGE, ber(0x04, '1.1')),
  );
}

async function operation(dialogue: Dialogue, what: string): Promise<BerElement | undefined> {
  const [, answer] = await berMessage(dialogue, { tag: MESSAGE, what });
  return answer;
}

function resultCode(answer: BerElement | undefined, tag: number): number {
  const code =
    answer?.tag === tag && answer.content[0] === 0x0a && answer.content[1] === 1 ? answer.content[2] : undefined;
  if (code === undefined) throw new ProbeFailure('this is not ldap: the answer has another form');
  return code;
}
