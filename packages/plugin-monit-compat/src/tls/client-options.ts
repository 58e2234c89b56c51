import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { TlsOptions } from '../language/ast.ts';
import { tlsVersions } from './versions.ts';

/** Options of a statement over those of `set ssl`. */
export function mergedTls(defaults: TlsOptions | undefined, own: TlsOptions | undefined): TlsOptions {
  return { ...defaults, ...own, files: { ...defaults?.files, ...own?.files } };
}

/** What a client of ours goes by. Throws when a file cannot be read. */
export function clientTls({ files, verify = false, version, ciphers }: TlsOptions): ConnectionOptions {
  const { cacertificatefile: ca, clientpemfile, pemchain, pemkey } = files;
  const cert = clientpemfile ?? pemchain;
  const key = clientpemfile ?? pemkey;
  return {
    rejectUnauthorized: verify,
    ...tlsVersions(version),
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
    ...(cert === undefined || key === undefined ? {} : { cert: readFileSync(cert), key: readFileSync(key) }),
  };
}
