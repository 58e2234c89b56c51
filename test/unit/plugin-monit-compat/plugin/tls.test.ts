import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { request as plainRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type SecureVersion } from 'node:tls';
import { pluginHarness } from '@tappet/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMissing } from '../../../compat/monit/tools.ts';
import { freePort } from '../../../e2e/support/tappet.ts';
import { type CertificateFiles, makeCertificate } from '../../../fixtures/probes/certificate.ts';
import { createWorld } from './world.ts';

let folder = '';
let files: CertificateFiles;
let both = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'monit-tls-'));
  files = makeCertificate(folder);
  both = join(folder, 'both.pem');
  writeFileSync(both, `${readFileSync(files.key, 'utf8')}${readFileSync(files.cert, 'utf8')}`, { mode: 0o600 });
  chmodSync(files.key, 0o600);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Pages with these words behind `port N`. */
async function open(words: string): Promise<{ readonly port: number; close(): Promise<unknown> }> {
  const port = await freePort();
  const monit = `set httpd port ${port} ${words}\n allow admin:secret\ncheck file two with path /etc/passwd`;
  const harness = await pluginHarness(createWorld().plugin, { config: { plugins: { 'monit-compat': { monit } } } });
  return { port, close: () => harness.close() };
}

function ask(port: number, ca: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Basic ${Buffer.from('admin:secret').toString('base64')}` };
    const outgoing = request({ host: '127.0.0.1', port, path: '/_ping', ca, headers, agent: false }, (incoming) => {
      let body = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      incoming.on('end', () => resolve(body));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** The version that a client and the pages agree upon. Rejects when they do not. */
function agreed(
  port: number,
  versions: { minVersion: SecureVersion; maxVersion: SecureVersion },
): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...versions }, () => {
      const version = socket.getProtocol();
      socket.destroy();
      resolve(version);
    });
    socket.on('error', reject);
  });
}

describe.skipIf(isMissing('openssl'))('status pages with TLS', () => {
  it.each<[string, () => string]>([
    ['a block with one file', () => `with ssl { pemfile: ${both} }`],
    ['a block with chain and key', () => `with ssl { pemchain: ${files.cert} pemkey: ${files.key} }`],
    ['the old spelling', () => `ssl enable pemfile ${both}`],
  ])('are served to who trusts the certificate, and to nobody without TLS: %s', async (_title, words) => {
    const pages = await open(words());
    expect(await ask(pages.port, readFileSync(files.cert))).toBe('pong');
    const plain = new Promise((resolve, reject) => {
      plainRequest({ host: '127.0.0.1', port: pages.port, path: '/_ping', agent: false }, resolve)
        .on('error', reject)
        .end();
    });
    await expect(plain).rejects.toThrow(/ECONNRESET|socket hang up|EPROTO/);
    await pages.close();
  });

  it('on a unix socket beside the port have none, as in monit', async () => {
    const path = join(folder, 'pages.sock');
    const pages = await open(`with ssl { pemfile: ${both} } unixsocket ${path}`);
    const status = await new Promise((resolve, reject) => {
      plainRequest({ socketPath: path, path: '/_ping', agent: false }, ({ statusCode }) => resolve(statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(401);
    expect(await ask(pages.port, readFileSync(files.cert))).toBe('pong');
    await pages.close();
  });

  it('speak only the versions of the file, else 1.2 and 1.3', async () => {
    const only = await open(`with ssl { pemfile: ${both} version: tlsv13 }`);
    expect(await agreed(only.port, { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' })).toBe('TLSv1.3');
    await expect(agreed(only.port, { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' })).rejects.toThrow(/alert|version/i);
    await only.close();
    const any = await open(`with ssl { pemfile: ${both} }`);
    expect(await agreed(any.port, { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' })).toBe('TLSv1.2');
    await any.close();
  });

  it('a file that everybody may read, that holds no key, or that is gone is refused by name', async () => {
    const open644 = join(folder, 'open.pem');
    writeFileSync(open644, readFileSync(both), { mode: 0o644 });
    const noKey = join(folder, 'no-key.pem');
    writeFileSync(noKey, 'nothing', { mode: 0o600 });
    await expect(open(`with ssl { pemfile: ${open644} }`)).rejects.toThrow(/open\.pem: its permissions are 0644/);
    await expect(open(`with ssl { pemfile: ${noKey} }`)).rejects.toThrow(/cannot serve TLS with .*no-key\.pem/);
    await expect(open(`with ssl { pemfile: ${folder}/none.pem }`)).rejects.toThrow(/none\.pem/);
  });
});
