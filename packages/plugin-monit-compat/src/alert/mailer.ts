import type { SendMailOptions } from 'nodemailer';
import type { AlertMail } from '../engine/alert-mail.ts';
import type { TlsOptions } from '../language/ast.ts';
import type { MailServer, Settings } from '../language/settings.ts';
import { clientTls, mergedTls } from '../tls/client-options.ts';

/** Hands one mail to the first server that takes it. Rejects with every server's reason. */
export type SendMail = (mail: AlertMail) => Promise<void>;

/** Where `using ssl` begins in plain text and asks for TLS; elsewhere TLS begins with the first byte. */
const STARTTLS_PORTS: ReadonlySet<number> = new Set([25, 587]);

/**
 * Mail over SMTP by nodemailer, which is loaded with the first mail. With `using ssl` nothing is sent without TLS. As in the reference
 * program a certificate is only verified where the file says so.
 */
export function createMailer({ mailServers, mailTimeoutMs, mailHostname, tls }: Settings): SendMail {
  return async (mail) => {
    const reasons: string[] = [];
    for (const server of mailServers) {
      try {
        await sendBy(server, mail, { timeoutMs: mailTimeoutMs, name: mailHostname, tls: mergedTls(tls, server.tls) });
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
  readonly tls: TlsOptions;
}

async function sendBy(server: MailServer, mail: AlertMail, { timeoutMs, name, tls }: SendOptions): Promise<void> {
  const { createTransport } = await import('nodemailer');
  const port = server.port ?? (server.tls === undefined ? 25 : 465);
  const isSecure = server.tls !== undefined && !STARTTLS_PORTS.has(port);
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
    tls: clientTls(tls),
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
