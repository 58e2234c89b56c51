import { writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attempt } from '../../fixtures/probes/attempt.ts';
import { freePort, has, realServer, scratchFolder } from '../../fixtures/probes/real-server.ts';

const isRoot = process.getuid?.() === 0;

describe.skipIf(!has('smtpd') || !isRoot)('opensmtpd', () => {
  it('is greeted, with the monit-style dialogue too', async () => {
    const folder = await scratchFolder();
    const port = await freePort();
    const config = join(folder, 'smtpd.conf');
    await writeFile(
      config,
      `listen on 127.0.0.1 port ${port} hostname mail.test\naction "keep" maildir "${folder}/mail"\nmatch for local action "keep"\n`,
      { mode: 0o600 },
    );
    await realServer(['smtpd', '-d', '-f', config], { ports: [port] });
    expect(await attempt({ smtp: port })).toMatchObject({ ok: true, message: expect.stringContaining('mail.test') });
    const steps = [
      { expect: '220 ' },
      { send: 'HELO probe.test\r\n' },
      { matches: '250 .*pleased' },
      { send: 'QUIT\r\n' },
      { expect: '221' },
    ];
    expect(await attempt({ tcp: { address: port, steps } })).toMatchObject({
      ok: true,
      message: 'answered as expected',
    });
    expect(await attempt({ imap: port })).toMatchObject({
      ok: false,
      message: expect.stringContaining('the server greets with "220 '),
    });
  });
});

describe.skipIf(
  !has('dovecot') ||
    !existsSync('/usr/lib/dovecot/imap-login') ||
    !existsSync('/usr/lib/dovecot/pop3-login') ||
    !isRoot,
)('dovecot', () => {
  it('is greeted as IMAP and as POP3', async () => {
    const folder = await scratchFolder();
    const [imap, pop3] = [await freePort(), await freePort()];
    const config = join(folder, 'dovecot.conf');
    const lines = [
      `base_dir = ${folder}/run`,
      `state_dir = ${folder}/state`,
      'protocols = imap pop3',
      'listen = 127.0.0.1',
      'ssl = no',
      'log_path = /dev/stderr',
      `mail_location = maildir:${folder}/mail`,
      'passdb {',
      '  driver = static',
      '  args = nopassword=y',
      '}',
      'userdb {',
      '  driver = static',
      `  args = uid=nobody gid=nogroup home=${folder}`,
      '}',
      'service imap-login {',
      '  inet_listener imap {',
      `    port = ${imap}`,
      '  }',
      '  inet_listener imaps {',
      '    port = 0',
      '  }',
      '}',
      'service pop3-login {',
      '  inet_listener pop3 {',
      `    port = ${pop3}`,
      '  }',
      '  inet_listener pop3s {',
      '    port = 0',
      '  }',
      '}',
    ];
    await writeFile(config, `${lines.join('\n')}\n`);
    await realServer(['dovecot', '-F', '-c', config], { ports: [imap, pop3] });
    expect(await attempt({ imap })).toMatchObject({ ok: true, message: expect.stringContaining('Dovecot') });
    expect(await attempt({ pop3 })).toMatchObject({ ok: true, message: expect.stringContaining('+OK') });
    expect(await attempt({ pop3: imap })).toMatchObject({ ok: false });
    expect(await attempt({ imap: pop3 })).toMatchObject({ ok: false });
  });
});
