import type { ConnectionTest, TlsOptions } from '../language/ast.ts';
import { mergedTls } from '../tls/client-options.ts';

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

/** What the file says of TLS for a test, undefined for a plain connection. */
export function wantedTls(test: ConnectionTest, defaults: TlsOptions | undefined): TlsOptions | undefined {
  const { tls, protocol = '', certificate } = test;
  const isSecure =
    tls !== undefined ||
    SECURE_PROTOCOLS.has(protocol) ||
    certificate.checksum !== undefined ||
    certificate.validDays !== undefined;
  return isSecure ? mergedTls(defaults, tls) : undefined;
}

/**
 * TLS options of a test, undefined for a plain connection. As in the reference program a certificate is only verified
 * where `verify: enable` says so, here or in `set ssl`. Where one that signs itself will do as well, the probe does not verify:
 * that is done by a look of its own.
 */
export function tlsOf(test: ConnectionTest, defaults: TlsOptions | undefined): ProbeTls | undefined {
  const wanted = wantedTls(test, defaults);
  if (wanted === undefined) return undefined;
  const { files, verify = false, selfSigned = false } = wanted;
  const client = files['clientpemfile'];
  return {
    verify: verify && !selfSigned,
    ca: files['cacertificatefile'],
    cert: client ?? files['pemchain'],
    key: client ?? files['pemkey'],
    servername: 'host' in test.target ? undefined : 'localhost',
    days_left: test.certificate.validDays,
  };
}
