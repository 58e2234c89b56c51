import type { SendMailOptions } from 'nodemailer';
import type { AlertMail } from '../engine/alert-mail.ts';
import type { TlsOptions } from '../language/ast.ts';
import type { MailServer, Settings } from '../language/settings.ts';
import { clientTls, mergedTls } from '../tls/client-options.ts';
import { DeliveryFailure } from './failure.ts';

/** Hands one mail to the first server that takes it. Rejects with a {@link DeliveryFailure} with every server's reason. */
export type SendMail = (mail: AlertMail) => Promise<void>;

/** Where `using ssl` begins in plain text and asks for TLS; elsewhere TLS begins with the first byte. */
const STARTTLS_PORTS: ReadonlySet<number> = new Set([25, 587]);

/**
 * Mail over SMTP by nodemailer, which is loaded with the first mail. With `using ssl` nothing is sent without TLS. As in the reference
 * program a certificate is only verified where the file says so.
 */
export function createMailer(
  { mailServers, mailTimeoutMs, mailHostname, tls }: Settings,
  { startTlsPorts = STARTTLS_PORTS }: { readonly startTlsPorts?: ReadonlySet<number> } = {},
): SendMail {
  return async (mail) => {
    const failures: DeliveryFailure[] = [];
    for (const server of mailServers) {
      try {
        await sendBy(server, mail, {
          timeoutMs: mailTimeoutMs,
          name: mailHostname,
          tls: mergedTls(tls, server.tls),
          startTlsPorts,
        });
        return;
      } catch (error) {
        failures.push(failureOf(error, server.host));
      }
    }
    throw new DeliveryFailure(failures.map(({ message }) => message).join('; '), sharedScope(failures));
  };
}

interface SendOptions {
  readonly timeoutMs: number;
  readonly name: string | undefined;
  readonly tls: TlsOptions;
  readonly startTlsPorts: ReadonlySet<number>;
}

async function sendBy(
  server: MailServer,
  mail: AlertMail,
  { timeoutMs, name, tls, startTlsPorts }: SendOptions,
): Promise<void> {
  const { createTransport } = await import('nodemailer');
  const port = server.port ?? (server.tls === undefined ? 25 : 465);
  const isStartTls = startTlsPorts.has(port);
  const transport = createTransport({
    host: server.host,
    port,
    secure: server.tls !== undefined && !isStartTls,
    requireTLS: server.tls !== undefined && isStartTls,
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

/** What a server says about the mail itself concerns no other mail; 5xx is its last word (RFC 5321, 4.2.1). */
function failureOf(error: unknown, host: string): DeliveryFailure {
  const why = `${host}: ${error instanceof Error ? error.message : String(error)}`;
  const code = own(error, 'code');
  if (code !== 'EENVELOPE' && code !== 'EMESSAGE') return new DeliveryFailure(why, 'any');
  // Without a code the address was refused before anything was sent.
  const answer = own(error, 'responseCode') ?? 500;
  return new DeliveryFailure(why, typeof answer === 'number' && answer < 500 ? 'this' : 'never');
}

function own(value: unknown, key: string): unknown {
  return value instanceof Error ? Object.getOwnPropertyDescriptor(value, key)?.value : undefined;
}

/** It is lost only when every server refuses it for good. */
function sharedScope(failures: readonly DeliveryFailure[]): DeliveryFailure['scope'] {
  if (failures.every(({ scope }) => scope === 'never')) return 'never';
  return failures.some(({ scope }) => scope === 'any') ? 'any' : 'this';
}
