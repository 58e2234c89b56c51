import type { TlsOptions } from '../ast.ts';
import type { ReadContext } from '../context.ts';

const FILE_OPTIONS = [
  'pemfile',
  'pemchain',
  'pemkey',
  'clientpemfile',
  'cacertificatefile',
  'cacertificatepath',
] as const;
const VERSIONS = [
  'auto',
  'sslauto',
  'sslv2',
  'sslv3',
  'tlsv1',
  'tlsv11',
  'tlsv12',
  'tlsv13',
  '-sslv2',
  '-sslv3',
  '-tlsv1',
  '-tlsv11',
  '-tlsv12',
  '-tlsv13',
] as const;

export const NO_TLS_OPTIONS: TlsOptions = { files: {} };

/** `ssl|tls [with options { … }]`, or undefined when neither word stands here. */
export function readTls(context: ReadContext): TlsOptions | undefined {
  const { cursor } = context;
  if (!cursor.take('ssl', 'tls')) return undefined;
  return cursor.is('{') ? readTlsBlock(context) : NO_TLS_OPTIONS;
}

/** The braces with TLS options. */
export function readTlsBlock(context: ReadContext): TlsOptions {
  const { cursor } = context;
  cursor.expect('{');
  let options: { version?: string; verify?: boolean; selfSigned?: boolean; ciphers?: string } = {};
  const files: Record<string, string> = {};
  while (!cursor.take('}')) {
    const file = FILE_OPTIONS.find((key) => cursor.is(key));
    if (file !== undefined) files[file] = readFile(context, file);
    else options = { ...options, ...readOption(context) };
  }
  return { ...options, files };
}

/** A TLS version where one may stand on its own, as after `type tcpssl`. */
export function takeVersion({ cursor, issues }: ReadContext): string | undefined {
  const version = VERSIONS.find((key) => cursor.is(key));
  if (version === undefined) return undefined;
  const token = cursor.next();
  if (version === 'sslv2' || version === 'sslv3') {
    issues.deviation({
      at: token,
      code: 'ERR_CONFIG_TYPE',
      message: `cannot use ${version}: no current TLS library supports it`,
    });
  }
  return version;
}

function readOption(context: ReadContext): {
  version?: string;
  verify?: boolean;
  selfSigned?: boolean;
  ciphers?: string;
} {
  const { cursor } = context;
  const key = cursor.expectOne(['version', 'verify', 'selfsigned', 'ciphers'], 'a TLS option');
  cursor.expect(':');
  switch (key) {
    case 'version': {
      const versions: string[] = [];
      for (let version = takeVersion(context); version !== undefined; version = takeVersion(context))
        versions.push(version);
      return versions.length === 0 ? {} : { version: versions.join(' ') };
    }
    case 'verify':
      return { verify: cursor.expectOne(['enable', 'disable'], '"enable" or "disable"') === 'enable' };
    case 'selfsigned':
      return { selfSigned: cursor.expectOne(['allow', 'reject'], '"allow" or "reject"') === 'allow' };
    case 'ciphers':
      return { ciphers: cursor.string('a list of ciphers').value };
  }
}

function readFile({ cursor, issues, host }: ReadContext, key: string): string {
  cursor.next();
  cursor.expect(':');
  const token = cursor.path(`the file of "${key}"`);
  if (!host.isReadable(token.value)) {
    issues.error({
      at: token,
      code: 'ERR_CONFIG_UNREADABLE',
      message: `cannot read the ${key} "${token.value}": there is no such file`,
    });
  }
  return token.value;
}
