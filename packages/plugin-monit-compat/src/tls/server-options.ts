import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { TlsOptions } from '../language/ast.ts';
import { tlsVersions } from './versions.ts';

const OTHERS = 0o007;

/**
 * Certificate, key, versions and ciphers of a server: one file with both, or `pemchain` and `pemkey`. Throws an Error that names the file
 * which cannot be used; a key that everybody may read is none, as the reference program says too.
 */
export function serverTls({ files, version, ciphers }: TlsOptions): SecureContextOptions {
  const chain = files['pemchain'] ?? files['pemfile'];
  const key = files['pemkey'] ?? files['pemfile'];
  if (chain === undefined || key === undefined) throw new Error('cannot serve TLS: no pemfile is given');
  const options: SecureContextOptions = {
    cert: read(chain),
    key: readPrivate(key),
    ...tlsVersions(version),
    ...(ciphers === undefined ? {} : { ciphers }),
  };
  try {
    createSecureContext(options);
  } catch (error) {
    throw new Error(`cannot serve TLS with ${chain === key ? key : `${chain} and ${key}`}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return options;
}

function readPrivate(path: string): Buffer {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & OTHERS) !== 0) {
    const found = (mode & 0o7777).toString(8).padStart(4, '0');
    throw new Error(`cannot serve TLS with ${path}: its permissions are ${found}, others must have none`);
  }
  return read(path);
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`cannot serve TLS with ${path}: ${messageOf(error)}`, { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
