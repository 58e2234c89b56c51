import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, describe, expect, it } from 'vitest';
import { attempt, until } from '../../../fixtures/probes/attempt.ts';
import { type CertificateFiles, makeCertificate } from '../../../fixtures/probes/certificate.ts';
import { ldapResult, mysqlError, mysqlGreeting, mysqlPacket, pgMessage } from '../../../fixtures/probes/frames.ts';
import { endlessly, replying, scriptedServer } from '../../../fixtures/probes/scripted-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'tappet-starttls-'));
afterAll(() => rmSync(folder, { recursive: true }));

const fresh = makeCertificate(folder);
const expired = makeCertificate(folder, { name: 'expired', isExpired: true });
const trusted = { starttls: true, ca: fresh.cert };

type Words = string | Buffer;

interface Case {
  readonly protocol: string;
  readonly greeting: Words;
  /** Answers before TLS, the last of them agrees to it. */
  readonly before: readonly Words[];
  readonly after: readonly Words[];
  readonly message: string;
  /** How the server says that it has no TLS, and what becomes of it. */
  readonly refusal: { readonly words: Words; readonly message: string };
}

const TLS_REFUSED = ldapResult(1, 0x78, 2);

const CASES: readonly Case[] = [
  {
    protocol: 'smtp',
    greeting: '220 mail.test\r\n',
    before: ['250-mail.test\r\n250 STARTTLS\r\n', '220 go ahead\r\n'],
    after: ['250 mail.test\r\n', '221 bye\r\n'],
    message: 'mail.test',
    refusal: { words: '454 TLS not available\r\n', message: 'the answer to STARTTLS is 454 TLS not available' },
  },
  {
    protocol: 'imap',
    greeting: '* OK ready\r\n',
    before: ['* CAPABILITY IMAP4rev1\r\nt1 OK begin\r\n'],
    after: ['* BYE\r\nt2 OK done\r\n'],
    message: 'OK ready',
    refusal: { words: 't1 BAD no TLS\r\n', message: 'the server answers STARTTLS with "t1 BAD no TLS"' },
  },
  {
    protocol: 'pop3',
    greeting: '+OK ready\r\n',
    before: ['+OK begin\r\n'],
    after: ['+OK bye\r\n'],
    message: '+OK ready',
    refusal: {
      words: '-ERR no TLS\r\n',
      message: 'the server answers "-ERR no TLS" where the answer to STLS was expected',
    },
  },
  {
    protocol: 'ftp',
    greeting: '220 ready\r\n',
    before: ['234 begin\r\n'],
    after: ['221 bye\r\n'],
    message: 'ready',
    refusal: { words: '530 Please login\r\n', message: 'the answer to AUTH TLS is 530 Please login' },
  },
  {
    protocol: 'ldap',
    greeting: '',
    before: [ldapResult(1, 0x78, 0)],
    after: [ldapResult(2, 0x61, 0), ldapResult(3, 0x65, 0)],
    message: 'answers',
    refusal: { words: TLS_REFUSED, message: 'the server refuses StartTLS with code 2' },
  },
  {
    protocol: 'postgres',
    greeting: '',
    before: ['S'],
    after: [pgMessage('R', Buffer.of(0, 0, 0, 10))],
    message: 'takes connections',
    refusal: { words: 'N', message: 'the server does not take TLS' },
  },
];

describe.concurrent.each(CASES)('$protocol', ({ protocol, greeting, before, after, message, refusal }) => {
  const agreeing = (files: CertificateFiles = fresh): ((socket: net.Socket) => void) =>
    startingTls({ greeting, before, after, files });

  it('begins TLS inside the connection and goes on', async () => {
    await using server = await scriptedServer(agreeing());
    const result = await attempt({ [protocol]: { address: server.address, tls: trusted } });
    expect(result).toMatchObject({ ok: true, message });
    await until(() => server.open === 0, 'the connection is closed');
  });

  it('judges the certificate', async () => {
    await using server = await scriptedServer(agreeing());
    await using old = await scriptedServer(agreeing(expired));
    const asked = (more: object, address = server.address): ReturnType<typeof attempt> =>
      attempt({ [protocol]: { address, tls: { starttls: true, ...more } } });
    const where = `cannot begin TLS with ${server.address}`;
    expect(await asked({})).toMatchObject({ ok: false, message: `${where}: self-signed certificate` });
    expect(await asked({ verify: false })).toMatchObject({ ok: true });
    expect(await asked({ ca: fresh.cert, servername: 'shop.test' })).toMatchObject({ ok: true });
    expect(await asked({ ca: fresh.cert, servername: 'other.test' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('other.test'),
    });
    expect(await asked({ ca: fresh.cert, days_left: 10 })).toMatchObject({
      ok: true,
      message: expect.stringMatching(/, certificate for (29|30) days$/),
    });
    expect(await asked({ ca: fresh.cert, days_left: 60 })).toMatchObject({
      ok: false,
      message: expect.stringMatching(/the certificate expires in (29|30) days, at least 60 are asked for/),
    });
    expect(await asked({ ca: expired.cert }, old.address)).toMatchObject({
      ok: false,
      message: expect.stringContaining('certificate has expired'),
    });
    expect(await asked({ verify: false, days_left: 0 }, old.address)).toMatchObject({
      ok: false,
      message: expect.stringMatching(/the certificate expired \d+ days ago/),
    });
  });

  it('fails when the server refuses TLS', async () => {
    await using server = await scriptedServer(replying(greeting, ...before.slice(0, -1), refusal.words));
    const result = await attempt({ [protocol]: { address: server.address, tls: trusted } });
    expect(result).toMatchObject({ ok: false, message: refusal.message });
  });

  it('takes nothing that came in plain text ahead of TLS', async () => {
    const injected = Buffer.concat([Buffer.from(before.at(-1) ?? ''), Buffer.from('250 injected\r\n')]);
    await using server = await scriptedServer(replying(greeting, ...before.slice(0, -1), injected));
    const result = await attempt({ [protocol]: { address: server.address, tls: trusted } });
    expect(result).toMatchObject({ ok: false, message: 'the server sends plain text where TLS should begin' });
  });

  it('costs its deadline when the handshake hangs, and no more than 64 KiB when it is garbage', async () => {
    await using deaf = await scriptedServer(replying(greeting, ...before));
    const hung = await attempt({ [protocol]: { address: deaf.address, tls: trusted } }, { deadlineMs: 400 });
    expect(hung).toMatchObject({
      ok: false,
      message: `timed out after 400 ms while beginning TLS with ${deaf.address}`,
      detail: { timeout: true },
    });
    await until(() => deaf.open === 0, 'the connection is closed');
    await using garbage = await scriptedServer(startingGarbage({ greeting, before }));
    expect(await attempt({ [protocol]: { address: garbage.address, tls: trusted } })).toMatchObject({
      ok: false,
      message: expect.stringContaining(`cannot begin TLS with ${garbage.address}: `),
    });
    await until(() => garbage.open === 0, 'the connection is closed');
  });
});

describe('TLS inside the connection', () => {
  it('has a short form, where the protocol knows it', async () => {
    await using server = await scriptedServer(replying('220 hi\r\n', '250 hi\r\n', '502 what?\r\n'));
    expect(await attempt({ smtp: { address: server.address, tls: 'starttls' } })).toMatchObject({
      ok: false,
      message: 'the answer to STARTTLS is 502 what?',
    });
    expect(() => attempt({ redis: { address: server.address, tls: { starttls: true } } })).toThrow(
      'cannot use redis.tls.starttls: "starttls" is not an option here',
    );
  });

  it('is how postgres begins TLS unless it is told otherwise', async () => {
    const agrees = startingTls({
      greeting: '',
      before: ['S'],
      after: [pgMessage('R', Buffer.of(0, 0, 0, 10))],
      files: fresh,
    });
    await using inside = await scriptedServer(agrees);
    expect(await attempt({ postgres: { address: inside.address, tls: { ca: fresh.cert } } })).toMatchObject({
      ok: true,
    });
    await using direct = await scriptedServer((socket) =>
      secure(socket, { replies: [pgMessage('R', Buffer.of(0, 0, 0, 10))], files: fresh, alpn: ['postgresql'] }),
    );
    const tlsFirst = { ca: fresh.cert, starttls: false };
    expect(await attempt({ postgres: { address: direct.address, tls: tlsFirst } })).toMatchObject({ ok: true });
  });

  it('is how mysql begins TLS, always', async () => {
    const refused = mysqlError(3, 1045, 'Access denied');
    await using server = await scriptedServer((socket) => {
      socket.write(mysqlGreeting());
      socket.once('data', (request: Buffer) => {
        // The request for TLS has no answer, so the handshake may have come with it.
        socket.pause();
        socket.unshift(request.subarray(36));
        secure(socket, { replies: [refused], files: fresh });
      });
    });
    const tlsOptions = { ca: fresh.cert, days_left: 1 };
    expect(await attempt({ mysql: { address: server.address, tls: tlsOptions } })).toMatchObject({
      ok: true,
      message: expect.stringMatching(/^version 8\.0\.36, certificate for (29|30) days$/),
    });
    expect(await attempt({ mysql: { address: server.address, tls: true } })).toMatchObject({
      ok: false,
      message: expect.stringContaining('self-signed certificate'),
    });
  });

  it('is told apart from a mysql without TLS', async () => {
    const greeting = mysqlGreeting();
    // Without CLIENT_SSL among its capabilities.
    const at = greeting.indexOf('12345678') + 9;
    greeting.writeUInt16LE(greeting.readUInt16LE(at) & ~0x800, at);
    await using server = await scriptedServer(replying(greeting, mysqlPacket(2, Buffer.of(0))));
    expect(await attempt({ mysql: { address: server.address, tls: { verify: false } } })).toMatchObject({
      ok: false,
      message: 'the server does not take TLS',
    });
  });
});

/** A server that speaks plainly, begins TLS after the last of the plain answers, and goes on. */
function startingTls({
  greeting,
  before,
  after,
  files,
}: {
  greeting: Words;
  before: readonly Words[];
  after: readonly Words[];
  files: CertificateFiles;
}): (socket: net.Socket) => void {
  return speakingFirst({ greeting, before }, (socket) => secure(socket, { replies: after, files }));
}

/** A server that agrees to TLS and sends something else, for ever. */
function startingGarbage(plain: { greeting: Words; before: readonly Words[] }): (socket: net.Socket) => void {
  return speakingFirst(plain, (socket) => socket.once('data', () => endlessly(Buffer.alloc(65_536, 'x'))(socket)));
}

function speakingFirst(
  { greeting, before }: { greeting: Words; before: readonly Words[] },
  goOn: (socket: net.Socket) => void,
): (socket: net.Socket) => void {
  return (socket) => {
    let next = 0;
    if (greeting.length > 0) socket.write(greeting);
    const answer = (): void => {
      socket.write(before[next++] ?? '');
      if (next < before.length) return;
      socket.off('data', answer);
      goOn(socket);
    };
    socket.on('data', answer);
  };
}

function secure(
  socket: net.Socket,
  { replies, files, alpn }: { replies: readonly Words[]; files: CertificateFiles; alpn?: readonly string[] },
): void {
  const encrypted = new tls.TLSSocket(socket, {
    isServer: true,
    key: readFileSync(files.key),
    cert: readFileSync(files.cert),
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
  });
  encrypted.on('error', () => socket.destroy());
  replying('', ...replies)(encrypted);
}
