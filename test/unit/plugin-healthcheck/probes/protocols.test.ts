import { createHash } from 'node:crypto';
import type net from 'node:net';
import { describe, expect, it } from 'vitest';
import { attempt, until } from '../../../fixtures/probes/attempt.ts';
import {
  amqpStart,
  ldapEntry,
  ldapResult,
  mysqlError,
  mysqlGreeting,
  mysqlPacket,
  pgError,
  pgMessage,
} from '../../../fixtures/probes/frames.ts';
import { replying, scriptedServer } from '../../../fixtures/probes/scripted-server.ts';

interface Case {
  readonly what: string;
  readonly raw: (address: string) => unknown;
  readonly serve: (socket: net.Socket) => void;
  readonly expected: { readonly ok: boolean; readonly message: string };
  /** What the server must have heard. */
  readonly heard?: string;
}

const MYSQL_OK = mysqlPacket(2, Buffer.of(0, 0, 0, 2, 0, 0, 0));

const CASES: readonly Case[] = [
  // redis
  {
    what: 'redis that answers PONG',
    raw: (redis) => ({ redis }),
    serve: replying('', '+PONG\r\n'),
    expected: { ok: true, message: 'PONG' },
    heard: '*1\r\n$4\r\nPING\r\n',
  },
  {
    what: 'redis that asks for a password, and none is given',
    raw: (redis) => ({ redis }),
    serve: replying('', '-NOAUTH Authentication required.\r\n'),
    expected: { ok: true, message: 'answers, asks for a password' },
  },
  {
    what: 'redis that takes user and password',
    raw: (address) => ({ redis: { address, user: 'app', password: 'grün' } }),
    serve: replying('', '+OK\r\n', '+PONG\r\n'),
    expected: { ok: true, message: 'PONG' },
    heard: '*3\r\n$4\r\nAUTH\r\n$3\r\napp\r\n$5\r\ngrün\r\n',
  },
  {
    what: 'redis that refuses the password',
    raw: (address) => ({ redis: { address, password: 'secret' } }),
    serve: replying('', '-WRONGPASS invalid\r\n'),
    expected: { ok: false, message: 'redis refuses the password: "-WRONGPASS invalid"' },
  },
  {
    what: 'redis that still loads',
    raw: (redis) => ({ redis }),
    serve: replying('', '-LOADING Redis is loading the dataset in memory\r\n'),
    expected: { ok: false, message: 'redis answers PING with "-LOADING Redis is loading the dataset in memory"' },
  },
  // memcached
  {
    what: 'memcached',
    raw: (memcached) => ({ memcached }),
    serve: replying('', 'VERSION 1.6.18\r\n'),
    expected: { ok: true, message: 'VERSION 1.6.18' },
    heard: 'version\r\n',
  },
  {
    what: 'memcached that answers ERROR',
    raw: (memcached) => ({ memcached }),
    serve: replying('', 'ERROR\r\n'),
    expected: { ok: false, message: 'this is not memcached: it answers "ERROR"' },
  },
  // postgres
  {
    what: 'postgres that asks for a password',
    raw: (postgres) => ({ postgres }),
    serve: replying('', pgMessage('R', Buffer.of(0, 0, 0, 10))),
    expected: { ok: true, message: 'takes connections' },
    heard: 'user\0postgres\0database\0postgres\0',
  },
  {
    what: 'postgres that does not know the role',
    raw: (address) => ({ postgres: { address, user: 'nobody' } }),
    serve: replying('', pgError('28000', 'role "nobody" does not exist')),
    expected: { ok: true, message: 'takes connections (role "nobody" does not exist)' },
  },
  {
    what: 'postgres that starts up',
    raw: (postgres) => ({ postgres }),
    serve: replying('', pgError('57P03', 'the database system is starting up')),
    expected: { ok: false, message: 'postgres: the database system is starting up' },
  },
  {
    what: 'postgres without a free connection',
    raw: (postgres) => ({ postgres }),
    serve: replying('', pgError('53300', 'sorry, too many clients already')),
    expected: { ok: false, message: 'postgres: sorry, too many clients already' },
  },
  {
    what: 'something else in the place of postgres',
    raw: (postgres) => ({ postgres }),
    serve: replying('', 'R\0\0\xff\xffgarbage'),
    expected: { ok: false, message: 'this is not postgres: it answers "R....' },
  },
  // mysql
  {
    what: 'mysql that refuses the stranger',
    raw: (mysql) => ({ mysql }),
    serve: replying(mysqlGreeting(), mysqlError(2, 1045, 'Access denied')),
    expected: { ok: true, message: 'version 8.0.36' },
    heard: 'tappet-probe\0',
  },
  {
    what: 'mysql that takes the login and answers the ping',
    raw: (address) => ({ mysql: { address, user: 'app', password: 'x' } }),
    serve: replying(mysqlGreeting(), MYSQL_OK, mysqlPacket(1, Buffer.of(0, 0, 0))),
    expected: { ok: true, message: 'version 8.0.36, logged in' },
    heard: 'app\0',
  },
  {
    what: 'mysql that refuses the login',
    raw: (address) => ({ mysql: { address, user: 'app', password: 'x' } }),
    serve: replying(mysqlGreeting(), mysqlError(2, 1045, 'Access denied for app')),
    expected: { ok: false, message: 'the login of app failed: 1045 Access denied for app' },
  },
  {
    what: 'mysql that asks for another way to log in',
    raw: (address) => ({ mysql: { address, user: 'app', password: 'x' } }),
    serve: replying(
      mysqlGreeting(),
      mysqlPacket(2, Buffer.from('\u00fecaching_sha2_password\x0012345678901234567890\0', 'latin1')),
    ),
    expected: {
      ok: false,
      message: 'the account of app asks for caching_sha2_password, this probe knows mysql_native_password',
    },
  },
  {
    what: 'mysql that blocks the host',
    raw: (mysql) => ({ mysql }),
    serve: replying(mysqlPacket(0, Buffer.from('\u00ff\u0069\u0004Host is blocked', 'latin1'))),
    expected: { ok: false, message: 'mysql refuses connections: 1129 Host is blocked' },
  },
  // mail
  {
    what: 'smtp with a greeting of several lines',
    raw: (smtp) => ({ smtp }),
    serve: replying('220-mail.test\r\n220 ready\r\n', '250-mail.test\r\n250 SIZE 1\r\n', '221 bye\r\n'),
    expected: { ok: true, message: 'mail.test' },
    heard: 'EHLO localhost\r\n',
  },
  {
    what: 'smtp that says no',
    raw: (smtp) => ({ smtp }),
    serve: replying('554 no service here\r\n'),
    expected: { ok: false, message: 'the greeting is 554 no service here' },
  },
  {
    what: 'smtp that goes down',
    raw: (smtp) => ({ smtp }),
    serve: replying('220 hi\r\n', '421 closing\r\n'),
    expected: { ok: false, message: 'the answer to EHLO is 421 closing' },
  },
  {
    what: 'imap',
    raw: (imap) => ({ imap }),
    serve: replying('* OK [CAPABILITY IMAP4rev1] ready\r\n', '* BYE\r\nt2 OK done\r\n'),
    expected: { ok: true, message: 'OK [CAPABILITY IMAP4rev1] ready' },
    heard: 't2 LOGOUT\r\n',
  },
  {
    what: 'imap that says BYE',
    raw: (imap) => ({ imap }),
    serve: replying('* BYE overloaded\r\n'),
    expected: { ok: false, message: 'the server greets with "* BYE overloaded"' },
  },
  {
    what: 'pop3',
    raw: (pop3) => ({ pop3 }),
    serve: replying('+OK ready\r\n', '+OK bye\r\n'),
    expected: { ok: true, message: '+OK ready' },
    heard: 'QUIT\r\n',
  },
  {
    what: 'pop3 that is in trouble',
    raw: (pop3) => ({ pop3 }),
    serve: replying('-ERR try later\r\n'),
    expected: { ok: false, message: 'the server answers "-ERR try later" where the greeting was expected' },
  },
  // files and shells
  {
    what: 'ftp',
    raw: (ftp) => ({ ftp }),
    serve: replying('220-Welcome\r\n to this\r\n220 ready\r\n', '221 Goodbye\r\n'),
    expected: { ok: true, message: 'Welcome' },
  },
  {
    what: 'ftp that is full',
    raw: (ftp) => ({ ftp }),
    serve: replying('421 too many users\r\n'),
    expected: { ok: false, message: 'the greeting is 421 too many users' },
  },
  {
    what: 'ssh with a notice before its name',
    raw: (ssh) => ({ ssh }),
    serve: replying('keep out\r\nSSH-2.0-OpenSSH_9.2p1 Debian\r\n'),
    expected: { ok: true, message: 'SSH-2.0-OpenSSH_9.2p1 Debian' },
    heard: 'SSH-2.0-tappet\r\n',
  },
  {
    what: 'ssh of the first version',
    raw: (ssh) => ({ ssh }),
    serve: replying('SSH-1.5-old\r\n'),
    expected: { ok: false, message: 'this is not ssh 2: it answers "SSH-1.5-old"' },
  },
  // ldap
  {
    what: 'ldap with an entry in the long form',
    raw: (ldap) => ({ ldap }),
    serve: replying('', ldapResult(1, 0x61, 0), Buffer.concat([ldapEntry(2), ldapResult(2, 0x65, 0)])),
    expected: { ok: true, message: 'answers' },
    heard: 'objectClass',
  },
  {
    what: 'ldap that binds a user',
    raw: (address) => ({ ldap: { address, dn: 'cn=app', password: 'x' } }),
    serve: replying('', ldapResult(1, 0x61, 0), ldapResult(2, 0x65, 0)),
    expected: { ok: true, message: 'bound' },
    heard: 'cn=app',
  },
  {
    what: 'ldap that refuses strangers',
    raw: (ldap) => ({ ldap }),
    serve: replying('', ldapResult(1, 0x61, 48)),
    expected: { ok: true, message: 'answers, refuses an anonymous bind' },
  },
  {
    what: 'ldap that refuses the password',
    raw: (address) => ({ ldap: { address, dn: 'cn=app', password: 'x' } }),
    serve: replying('', ldapResult(1, 0x61, 49)),
    expected: { ok: false, message: 'the bind failed with code 49' },
  },
  {
    what: 'ldap that is unavailable',
    raw: (ldap) => ({ ldap }),
    serve: replying('', ldapResult(1, 0x61, 52)),
    expected: { ok: false, message: 'the bind failed with code 52' },
  },
  // messages
  {
    what: 'mqtt',
    raw: (mqtt) => ({ mqtt }),
    serve: replying('', Buffer.of(0x20, 2, 0, 0)),
    expected: { ok: true, message: 'connected' },
    heard: '\0\u0004MQTT\u0004',
  },
  {
    what: 'mqtt that refuses strangers',
    raw: (mqtt) => ({ mqtt }),
    serve: replying('', Buffer.of(0x20, 2, 0, 5)),
    expected: { ok: true, message: 'answers, asks for a user' },
  },
  {
    what: 'mqtt that refuses the password',
    raw: (address) => ({ mqtt: { address, user: 'app', password: 'x' } }),
    serve: replying('', Buffer.of(0x20, 2, 0, 4)),
    expected: { ok: false, message: 'the broker refuses the user or password' },
    heard: 'app',
  },
  {
    what: 'mqtt that is unavailable',
    raw: (mqtt) => ({ mqtt }),
    serve: replying('', Buffer.of(0x20, 2, 0, 3)),
    expected: { ok: false, message: 'the broker refuses service: it is unavailable' },
  },
  {
    what: 'amqp 0-9-1',
    raw: (amqp) => ({ amqp }),
    serve: replying('', amqpStart()),
    expected: { ok: true, message: 'speaks AMQP 0-9-1' },
    heard: 'AMQP\0\0\t\u0001',
  },
  {
    what: 'amqp 1.0',
    raw: (address) => ({ amqp: { address, version: '1.0' } }),
    serve: replying('', 'AMQP\0\u0001\0\0'),
    expected: { ok: true, message: 'speaks AMQP 1.0' },
  },
  {
    what: 'amqp of another version',
    raw: (amqp) => ({ amqp }),
    serve: replying('', 'AMQP\0\u0001\0\0'),
    expected: { ok: false, message: 'the server speaks AMQP 1-0-0, not 0-9-1' },
  },
  // anything else
  {
    what: 'a dialogue in steps',
    raw: (address) => ({ tcp: { address, steps: [{ expect: '220' }, { send: 'QUIT\r\n' }, { matches: '^.*bye$' }] } }),
    serve: replying('220 hi', 'good bye'),
    expected: { ok: true, message: 'answered as expected' },
    heard: 'QUIT\r\n',
  },
  {
    what: 'a dialogue with bytes',
    raw: (address) => ({ tcp: { address, send: '\\x01\\0\\xff', expect: '\\x02' } }),
    serve: replying('', Buffer.of(2)),
    expected: { ok: true, message: 'answered as expected' },
    heard: '\u0001\0\u00ff',
  },
  {
    what: 'a dialogue whose answer never comes',
    raw: (address) => ({ tcp: { address, send: 'a', expect: 'b' } }),
    serve: (socket) => socket.end('c'),
    expected: { ok: false, message: 'no "b": the server closed the connection' },
  },
];

describe.concurrent('a probe of', () => {
  it.each(CASES)('$what', async ({ raw, serve, expected, heard = '' }) => {
    await using server = await scriptedServer(serve);
    const result = await attempt(raw(server.address));
    expect({ ok: result.ok, message: result.message }).toEqual({
      ok: expected.ok,
      message: expect.stringContaining(expected.message),
    });
    expect(result.durationMs).toBeGreaterThan(0);
    await until(() => server.open === 0, 'the connection is closed');
    expect([Buffer.from(heard), Buffer.from(heard, 'latin1')].some((words) => server.heard.includes(words))).toBe(true);
  });

  it.each(CASES.filter(({ expected }) => expected.ok))(
    '$what, whose answer comes a byte at a time',
    async ({ raw, serve, expected }) => {
      await using server = await scriptedServer((socket) => serve(slowly(socket)));
      const result = await attempt(raw(server.address));
      expect(result).toMatchObject({ ok: true, message: expect.stringContaining(expected.message) });
    },
  );
});

describe('the mysql password', () => {
  it('is proved with the salt and never sent', async () => {
    await using server = await scriptedServer(replying(mysqlGreeting(), MYSQL_OK, mysqlPacket(1, Buffer.of(0))));
    await attempt({ mysql: { address: server.address, user: 'app', password: 'open sesame' } });
    const once = sha1(Buffer.from('open sesame'));
    const mask = sha1(Buffer.concat([Buffer.from('12345678abcdefghijkl'), sha1(once)]));
    const proof = Buffer.from(once.map((byte, index) => byte ^ (mask[index] ?? 0)));
    expect(server.heard.includes(proof)).toBe(true);
    expect(server.heard.includes('open sesame')).toBe(false);
  });
});

/** The socket with a `write` that sends each byte on its own. */
function slowly(socket: net.Socket): net.Socket {
  const write = socket.write.bind(socket);
  const queue: number[] = [];
  const timer = setInterval(() => {
    const byte = queue.shift();
    if (byte !== undefined) write(Buffer.of(byte));
  }, 1);
  socket.on('close', () => clearInterval(timer));
  socket.setNoDelay(true);
  socket.write = (data: string | Uint8Array): boolean => {
    queue.push(...Buffer.from(data));
    return true;
  };
  return socket;
}

function sha1(data: Buffer): Buffer {
  return createHash('sha1').update(data).digest();
}
