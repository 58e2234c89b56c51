import { ProbeFailure } from '../result.ts';

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed by the other side',
  ENOENT: 'there is no such socket',
  EACCES: 'permission denied',
  ENOTSOCK: 'that is not a socket',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name cannot be looked up just now',
  EMFILE: 'this process has no file descriptor left',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'self-signed certificate in the chain',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the issuer of the certificate is not known',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the issuer of the certificate is not known',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the server does not speak TLS',
};

/** The reason of a network error in words; Node's own message when there are none for its code. */
export function networkReason(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return networkReason(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  // OpenSSL's own message has the file and line of its source in it.
  const reason = 'reason' in error && code.startsWith('ERR_SSL_') ? String(error.reason) : undefined;
  return REASONS[code] ?? reason ?? (error.message || code || error.name);
}

/** A network error as the failure of a probe: "cannot connect to 127.0.0.1:80: connection refused". */
export function networkFailure(what: string, error: unknown): ProbeFailure {
  return error instanceof ProbeFailure ? error : new ProbeFailure(`${what}: ${networkReason(error)}`);
}
