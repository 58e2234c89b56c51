import { spawn } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { createProber, loadMonit } from '@tappet/plugin-monit-compat/library';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../e2e/support/tappet.ts';
import { type CertificateFiles, makeCertificate } from '../../fixtures/probes/certificate.ts';
import { type Arena, openArena } from './arena.ts';
import { isMissing } from './tools.ts';

interface Certificates {
  readonly good: CertificateFiles;
  readonly expired: CertificateFiles;
}

/** Rules on a server whose certificate is valid for 30 days, or has expired; both sign themselves. */
function rulesOf({ good, expired }: Certificates): Readonly<Record<string, readonly [keyof Certificates, string]>> {
  const sum = (algorithm: string, { cert }: CertificateFiles): string =>
    createHash(algorithm)
      .update(new X509Certificate(readFileSync(cert)).raw)
      .digest('hex');
  const trusting = (files: CertificateFiles): string =>
    `with ssl options {verify: enable selfsigned: allow cacertificatefile: ${files.cert}}`;
  return {
    plain: ['good', 'protocol https'],
    plainExpired: ['expired', 'protocol https'],
    anyProtocol: ['good', 'with ssl'],
    oldSpelling: ['good', 'type tcpssl'],
    urlOptions: ['good', 'protocol https request "/x" content = "ok"'],
    md5: ['good', `protocol https certificate checksum = ${sum('md5', good)}`],
    sha1: ['good', `protocol https certificate checksum sha1 ${sum('sha1', good)}`],
    sha1WithContent: ['good', `protocol https content = "ok" certificate checksum = ${sum('sha1', good)}`],
    otherMd5: ['good', `protocol https certificate checksum md5 = ${sum('md5', expired)}`],
    otherSha1: ['good', `protocol https certificate checksum = ${sum('sha1', expired)}`],
    otherWithContent: ['good', `protocol https content = "ok" certificate checksum = ${sum('sha1', expired)}`],
    verified: ['good', 'protocol https with ssl options {verify: enable}'],
    verifiedSelfSigned: ['good', 'protocol https with ssl options {verify: enable selfsigned: allow}'],
    rejectedWithoutVerifying: ['good', 'protocol https with ssl options {selfsigned: reject}'],
    trusted: ['good', `protocol https ${trusting(good)}`],
    trustedExpired: ['expired', `protocol https ${trusting(expired)}`],
    valid: ['good', 'protocol https certificate valid > 20 days'],
    validSoon: ['good', 'protocol https certificate valid > 60 days'],
    validSoonAnyProtocol: ['good', 'certificate valid > 60 days'],
    validSoonWithContent: ['good', 'protocol https content = "ok" certificate valid > 60 days'],
    validExpired: ['expired', 'protocol https certificate valid > 1 days'],
  };
}

async function tlsServer({ key, cert }: CertificateFiles): Promise<{ server: Server; port: number }> {
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok'));
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

describe.skipIf(isMissing('monit') || isMissing('openssl'))('certificates beside monit itself', () => {
  const servers: Server[] = [];
  const failing: Record<'real' | 'ours', string[]> = { real: [], ours: [] };
  let arena: Arena;
  let names: readonly string[] = [];

  async function write(): Promise<string> {
    const certificates: Certificates = {
      good: makeCertificate(arena.folder, { name: 'good', isRsa: true }),
      expired: makeCertificate(arena.folder, { name: 'expired', isExpired: true, isRsa: true }),
    };
    const ports: Record<string, number> = {};
    for (const kind of ['good', 'expired'] as const) {
      const { server, port } = await tlsServer(certificates[kind]);
      servers.push(server);
      ports[kind] = port;
    }
    const rules = rulesOf(certificates);
    names = Object.keys(rules);
    const checks = Object.entries(rules).map(
      ([name, [kind, rule]]) =>
        `check host ${name} with address 127.0.0.1\n if failed port ${ports[kind]} ${rule} then exec "${arena.note('failed', name)}"`,
    );
    return arena.control(checks.join('\n'));
  }

  beforeAll(async () => {
    arena = openArena('tls');
    const file = await write();
    const child = spawn('monit', ['-I', '-c', file], { stdio: 'ignore' });
    await until(() => arena.cycles >= 3, 'monit has looked at everything');
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    failing.real = [...new Set(arena.log('failed'))].sort();
    const { configuration } = loadMonit(file);
    const prober = createProber({ tls: configuration.settings.tls, httpBytes: 1000 });
    for (const service of configuration.services) {
      const test = service.rules[0]?.test;
      if (test?.kind !== 'connection' || !names.includes(service.name)) continue;
      const answer = await prober(test, service, new AbortController().signal);
      if (answer?.ok === false) failing.ours.push(service.name);
    }
    failing.ours.sort();
  }, 90_000);

  afterAll(async () => {
    for (const server of servers) server.close();
    await arena.clear();
  });

  it('the same rules fail: on checksums, too few days, those that sign themselves, and expired ones that are verified', () => {
    expect(failing.real).toEqual(expect.arrayContaining(['otherSha1', 'trustedExpired', 'validSoon', 'verified']));
    expect(failing.ours).toEqual(failing.real);
  });
});
