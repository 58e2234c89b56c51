import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { ConnectionTest, TlsOptions } from '../language/ast.ts';
import { clientTls } from '../tls/client-options.ts';
import { needsBody } from './judge-body.ts';
import { wantedTls } from './tls.ts';

export interface CertificateInput {
  readonly test: ConnectionTest;
  readonly host: string;
  /** `set ssl`. */
  readonly tls: TlsOptions | undefined;
}

const DAY_MS = 86_400_000;

/** Protocols whose TLS begins inside the conversation: a look at the certificate alone cannot hold it. */
const TLS_INSIDE: ReadonlySet<string> = new Set(['mysql', 'mysqls', 'pgsql']);

/**
 * What is wrong with the server's certificate in a way that the probe itself does not see, by a connection of its own: its checksum, its
 * validity where the body was read here, and its issuer where certificates that sign themselves are allowed. Undefined: nothing.
 */
export async function certificateProblem(input: CertificateInput, signal: AbortSignal): Promise<string | undefined> {
  const { test, host, tls } = input;
  const { target, certificate, protocol = '' } = test;
  const wanted = wantedTls(test, tls);
  if (wanted === undefined || !('port' in target) || TLS_INSIDE.has(protocol)) return undefined;
  const verifiesHere = wanted.verify === true && wanted.selfSigned === true;
  const validDays = needsBody(test) ? certificate.validDays : undefined;
  if (certificate.checksum === undefined && validDays === undefined && !verifiesHere) return undefined;
  const address = { host, port: target.port, servername: isIP(host) === 0 ? host : undefined };
  return withConnection({ address, wanted }, signal, (socket) => {
    const { raw, valid_to: until } = socket.getPeerCertificate();
    return (
      checksumProblem(certificate.checksum, raw) ??
      validityProblem(validDays, Date.parse(until)) ??
      (verifiesHere ? issuerProblem(socket) : undefined)
    );
  });
}

function checksumProblem(checksum: string | undefined, raw: Buffer): string | undefined {
  if (checksum === undefined) return undefined;
  const algorithm = checksum.length === 32 ? 'md5' : checksum.length === 40 ? 'sha1' : 'sha256';
  const found = createHash(algorithm).update(raw).digest('hex');
  return found === checksum.toLowerCase() ? undefined : `the certificate has the checksum ${found}`;
}

function validityProblem(validDays: number | undefined, untilMs: number): string | undefined {
  if (validDays === undefined) return undefined;
  const days = Math.floor((untilMs - Date.now()) / DAY_MS);
  if (days >= validDays) return undefined;
  const left = days < 0 ? `expired ${-days} days ago` : `expires in ${days} days`;
  return `the certificate ${left}, at least ${validDays} are asked for`;
}

function issuerProblem({ authorized, authorizationError }: TLSSocket): string | undefined {
  if (authorized) return undefined;
  const code = String(authorizationError);
  return code.includes('DEPTH_ZERO_SELF_SIGNED_CERT') ? undefined : `the certificate is not trusted: ${code}`;
}

function withConnection(
  { address, wanted }: { address: { host: string; port: number; servername: string | undefined }; wanted: TlsOptions },
  signal: AbortSignal,
  judge: (socket: TLSSocket) => string | undefined,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const { servername, ...place } = address;
    const options = { ...clientTls(wanted), ...place, ...(servername === undefined ? {} : { servername }) };
    const socket = connect({ ...options, rejectUnauthorized: false }, () => {
      const problem = judge(socket);
      socket.destroy();
      resolve(problem);
    });
    socket.on('error', reject);
    signal.addEventListener('abort', () => socket.destroy(new Error('aborted')), { once: true });
  });
}
