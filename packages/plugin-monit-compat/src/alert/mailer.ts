import { readFileSync } from 'node:fs';
import type { SendMailOptions } from 'nodemailer';
import type { AlertMail } from '../engine/alert-mail.ts';
import type { MailServer, Settings } from '../language/settings.ts';

/** Hands one mail to the first server that takes it. Rejects with every server's reason. */
export type SendMail = (mail: AlertMail) => Promise<void>;

/**
 * Mail over SMTP by nodemailer, which is loaded with the first mail. Port 465 speaks TLS at once, elsewhere `using ssl` asks for
 * STARTTLS and insists on it. As in the reference program a certificate is only verified where the file says so.
 */
export function createMailer({ mailServers, mailTimeoutMs, mailHostname, tls }: Settings): SendMail {
  return async (mail) => {
    const reasons: string[] = [];
    for (const server of mailServers) {
      try {
        await sendBy(server, mail, { timeoutMs: mailTimeoutMs, name: mailHostname, tls: { ...tls, ...server.tls } });
        return;
      } catch (error) {
        reasons.push(`${server.host}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    throw new Error(reasons.join('; '));
  };
}

interface SendOptions {
  readonly timeoutMs: number;
  readonly name: string | undefined;
  readonly tls: Partial<NonNullable<Settings['tls']>>;
}

async function sendBy(server: MailServer, mail: AlertMail, { timeoutMs, name, tls }: SendOptions): Promise<void> {
  const { createTransport } = await import('nodemailer');
  const port = server.port ?? (server.tls === undefined ? 25 : 465);
  const isSecure = server.tls !== undefined && port === 465;
  const ca = tls.files?.['cacertificatefile'];
  const transport = createTransport({
    host: server.host,
    port,
    secure: isSecure,
    requireTLS: server.tls !== undefined && !isSecure,
    ignoreTLS: server.tls === undefined,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    ...(name === undefined ? {} : { name }),
    ...(server.username === undefined ? {} : { auth: { user: server.username, pass: server.password ?? '' } }),
    tls: { rejectUnauthorized: tls.verify ?? false, ...(ca === undefined ? {} : { ca: readFileSync(ca) }) },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail(message(mail));
  } finally {
    transport.close();
  }
}

function message({ to, from, replyTo, subject, text }: AlertMail): SendMailOptions {
  return {
    from,
    to,
    subject,
    text,
    ...(replyTo === undefined ? {} : { replyTo }),
    headers: { 'X-Mailer': 'tappet monit-compat', 'Auto-Submitted': 'auto-generated' },
  };
}
