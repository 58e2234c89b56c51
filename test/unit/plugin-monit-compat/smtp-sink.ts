import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, createServer as createTlsServer, TLSSocket } from 'node:tls';
import type { CertificateFiles } from '../../fixtures/probes/certificate.ts';

export interface SinkOptions {
  readonly port?: number;
  readonly certificate?: CertificateFiles;
  /** TLS from the first byte; otherwise a certificate is offered by STARTTLS. */
  readonly isSecure?: boolean;
  /** Reply to a command instead of the usual one: `RCPT TO:<a@x>` → `550 no`. `hang` says nothing, `drop` hangs up. */
  readonly reply?: (command: string) => string | undefined;
}

export interface Sink extends AsyncDisposable {
  readonly port: number;
  /** What was taken, header and body. */
  readonly mails: readonly string[];
  /** Commands in their order; those after TLS have begun with `tls `. */
  readonly commands: readonly string[];
}

/** A mail server that takes everything, unless it is told otherwise. */
export async function smtpSink(options: SinkOptions = {}): Promise<Sink> {
  const { certificate, isSecure = false } = options;
  const mails: string[] = [];
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const material =
    certificate === undefined
      ? undefined
      : { key: readFileSync(certificate.key), cert: readFileSync(certificate.cert) };
  const greet = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    converse(socket, options, { mails, commands, material });
  };
  const server: Server = isSecure && material !== undefined ? createTlsServer(material, greet) : createServer(greet);
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    mails,
    commands,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Record {
  readonly mails: string[];
  readonly commands: string[];
  readonly material: { readonly key: Buffer; readonly cert: Buffer } | undefined;
}

function converse(first: Socket, { reply = () => undefined, isSecure = false }: SinkOptions, record: Record): void {
  const { mails, commands, material } = record;
  const talk = (socket: Socket, isEncrypted: boolean): void => {
    let data: string | undefined;
    let rest = '';
    const answer = (command: string, usual: string): void => {
      commands.push(`${isEncrypted ? 'tls ' : ''}${command}`);
      const given = reply(command);
      if (given === 'hang') return;
      if (given === 'drop') socket.destroy();
      else socket.write(`${given ?? usual}\r\n`);
    };
    const line = (text: string): void => {
      if (data !== undefined) {
        if (text === '.') {
          mails.push(data);
          data = undefined;
          answer('.', '250 taken');
        } else data += `${text}\n`;
      } else if (/^EHLO/i.test(text)) {
        const offers = [material !== undefined && !isEncrypted ? 'STARTTLS' : '', 'AUTH PLAIN'].filter(
          (word) => word !== '',
        );
        answer(
          text,
          `250-sink\r\n${offers.map((word, at) => `250${at === offers.length - 1 ? ' ' : '-'}${word}`).join('\r\n')}`,
        );
      } else if (/^STARTTLS/i.test(text) && material !== undefined) {
        answer(text, '220 go on');
        socket.removeAllListeners('data');
        talk(new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(material) }), true);
      } else if (/^AUTH/i.test(text)) answer(text, '235 welcome');
      else if (/^DATA/i.test(text)) {
        if (reply('DATA') === undefined) data = '';
        answer('DATA', '354 go on');
      } else if (/^QUIT/i.test(text)) socket.end('221 bye\r\n');
      else answer(text, '250 ok');
    };
    socket.on('error', () => undefined);
    // Bytes, because a TLS client hello may follow a command.
    socket.on('data', (chunk: Buffer) => {
      rest += chunk.toString('utf8');
      for (let end = rest.indexOf('\r\n'); end !== -1; end = rest.indexOf('\r\n')) {
        const text = rest.slice(0, end);
        rest = rest.slice(end + 2);
        line(text);
      }
    });
  };
  talk(first, isSecure);
  const greeting = reply('greeting');
  if (greeting === 'drop') first.destroy();
  else if (greeting !== 'hang') first.write(`${greeting ?? '220 sink'}\r\n`);
}
