import type { ReadContext } from './context.ts';
import { readSeconds } from './quantities.ts';
import type { SettingsDraft } from './set-statement.ts';
import type { MailServer } from './settings.ts';
import { algorithmOf, cleanHash } from './tests/file.ts';
import { readHost } from './tests/connection.ts';
import { readTls, takeVersion } from './tests/tls.ts';

/** `set mailserver H [port N] [options], H2 … [timeout N seconds] [hostname H]`; the cursor stands behind `mailserver`. */
export function readMailServers(context: ReadContext, settings: SettingsDraft): void {
  const { cursor } = context;
  const servers: MailServer[] = [readServer(context)];
  while (cursor.peek().kind === 'string' || cursor.peek().kind === 'ip') servers.push(readServer(context));
  if (cursor.take('timeout')) settings.mailTimeoutMs = readSeconds(cursor, 'the timeout');
  if (cursor.take('hostname')) settings.mailHostname = cursor.string('a host name').value;
  settings.mailServers = servers;
}

function readServer(context: ReadContext): MailServer {
  const { cursor, issues } = context;
  let server: MailServer = {
    host: readHost(cursor),
    port: undefined,
    username: undefined,
    password: undefined,
    tls: undefined,
  };
  if (cursor.take('port')) server = { ...server, port: cursor.number('a port number') };
  for (;;) {
    if (cursor.take('username')) server = { ...server, username: cursor.string('a user name').value };
    else if (cursor.take('password')) server = { ...server, password: cursor.string('a password').value };
    else if (cursor.take('certmd5')) {
      const token = cursor.string('a checksum');
      if (algorithmOf(cleanHash(token.value), false) !== 'md5') {
        issues.error({
          at: token,
          code: 'ERR_CONFIG_TYPE',
          message: `cannot use the checksum "${token.value}": it is not an MD5 sum`,
        });
      }
    } else {
      const version = takeVersion(context);
      const tls = version === undefined ? readTls(context) : { version, files: {} };
      if (tls === undefined) return server;
      server = { ...server, tls: { ...server.tls, ...tls } };
    }
  }
}
