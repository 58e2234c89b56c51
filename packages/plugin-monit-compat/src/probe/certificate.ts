import { createHash } from 'node:crypto';
import { connect } from 'node:tls';
import type { ConnectionTest } from '../language/ast.ts';

/** The checksum that the server's certificate should have and has not, as a complaint; undefined when it is the one. */
export async function certificateProblem(
  { certificate, target }: ConnectionTest,
  host: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { checksum } = certificate;
  if (checksum === undefined || !('port' in target)) return undefined;
  const raw = await peerCertificate({ host, port: target.port }, signal);
  const found = createHash(checksum.length === 32 ? 'md5' : checksum.length === 40 ? 'sha1' : 'sha256')
    .update(raw)
    .digest('hex');
  return found === checksum.toLowerCase() ? undefined : `the certificate has the checksum ${found}`;
}

function peerCertificate(address: { host: string; port: number }, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...address, rejectUnauthorized: false }, () => {
      const { raw } = socket.getPeerCertificate();
      socket.destroy();
      resolve(raw);
    });
    socket.on('error', reject);
    signal.addEventListener('abort', () => socket.destroy(new Error('aborted')), { once: true });
  });
}
