import type { ConnectionTest, TlsOptions } from '../language/ast.ts';

/** TLS as the probes take it. */
export interface ProbeTls {
  readonly verify: boolean;
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly servername?: string | undefined;
  readonly days_left?: number | undefined;
}

const SECURE_PROTOCOLS: ReadonlySet<string> = new Set(['https', 'imaps', 'pops', 'smtps', 'mysqls']);

/**
 * TLS options of a test, undefined for a plain connection. As in the reference program a certificate is only verified
 * where `verify: enable` says so, here or in `set ssl`.
 */
export function tlsOf(test: ConnectionTest, defaults: TlsOptions | undefined): ProbeTls | undefined {
  const isSecure =
    test.tls !== undefined ||
    SECURE_PROTOCOLS.has(test.protocol ?? '') ||
    test.certificate.checksum !== undefined ||
    test.certificate.validDays !== undefined;
  if (!isSecure) return undefined;
  const merged = { ...defaults, ...test.tls, files: { ...defaults?.files, ...test.tls?.files } };
  const client = merged.files['clientpemfile'];
  return {
    verify: merged.verify ?? false,
    ca: merged.files['cacertificatefile'],
    cert: client ?? merged.files['pemchain'],
    key: client ?? merged.files['pemkey'],
    servername: 'host' in test.target ? undefined : 'localhost',
    days_left: test.certificate.validDays,
  };
}
