import { findService, withSystemService } from '@tappet/plugin-monit-compat/library';
import { describe, expect, it } from 'vitest';
import { configure, load, serviceOf } from '../load.ts';

describe('a checked configuration', () => {
  it('finds services and dependencies in any case', () => {
    const configuration = configure('check process Web pidfile /w\n depends on DB\ncheck process db pidfile /d');
    expect(findService(configuration, 'wEB')?.name).toBe('Web');
    expect(findService(configuration, 'Web')?.prerequisites).toEqual(['db']);
    expect(findService(configuration, 'db')?.dependants).toEqual(['Web']);
    expect(findService(configuration, 'x')).toBeUndefined();
  });

  it('orders by dependency and otherwise as declared', () => {
    const text =
      'check system s\ncheck file f path /f\n depends on d, e\ncheck directory d path /d\ncheck directory e path /e\ncheck fifo q path /q';
    expect(configure(text).services.map(({ name }) => name)).toEqual(['s', 'd', 'e', 'f', 'q']);
  });

  it('collects groups', () => {
    expect([...configure('check system a\n group g group h\ncheck system b\n group g').groups]).toEqual([
      ['g', ['a', 'b']],
      ['h', ['a']],
    ]);
  });

  it('a local alert replaces the global one for the same address', () => {
    const { recipients } = serviceOf(
      'set alert A@b { timeout }\nset alert c@d\nset alert e@f\ncheck system s\n alert a@b { size }\n noalert c@d',
    );
    expect(recipients.map(({ address, events }) => [address, events])).toEqual([
      ['a@b', ['size']],
      ['e@f', undefined],
    ]);
  });

  it('names the system after the machine', () => {
    expect(
      withSystemService(configure('check fifo q path /q'), 'box').services.map(({ name, type }) => [name, type]),
    ).toEqual([
      ['box', 'system'],
      ['q', 'fifo'],
    ]);
    expect(withSystemService(configure('check system other'), 'box').services.map(({ name }) => name)).toEqual([
      'other',
    ]);
    expect(configure('check system $HOST').services[0]?.name).not.toContain('$');
  });

  it('keeps settings', () => {
    const { settings } = configure(`set daemon 30 with start delay 60
      set log syslog facility log_daemon
      set limits { programOutput: 1 kB, startTimeout: 5 seconds, networkTimeout: 700 ms }
      set eventqueue basedir /var/q slots 7
      set mailserver a.x port 26 username "u" password "p" using tls, b.x with timeout 9 seconds using hostname "me"
      set httpd port 2812 and use address 127.0.0.1 allow u:"p w" read-only allow 10.0.0.0/8 allow @ops
      set onreboot laststate
      set expectbuffer 2 kB`);
    expect(settings).toMatchObject({
      pollSeconds: 30,
      startDelaySeconds: 60,
      log: { kind: 'syslog', facility: 'log_daemon' },
      limits: {
        programOutput: 1024,
        startTimeoutMs: 5000,
        networkTimeoutMs: 700,
        stopTimeoutMs: 30_000,
        sendExpectBuffer: 2048,
      },
      eventQueue: { directory: '/var/q', slots: 7 },
      mailServers: [
        { host: 'a.x', port: 26, username: 'u', password: 'p', tls: { files: {} } },
        { host: 'b.x', port: undefined },
      ],
      mailTimeoutMs: 9000,
      mailHostname: 'me',
      httpd: {
        port: 2812,
        address: '127.0.0.1',
        allow: [
          { kind: 'login', user: 'u', password: 'p w', readOnly: true },
          { kind: 'host', address: '10.0.0.0/8' },
          { kind: 'pam-group', group: 'ops' },
        ],
      },
      onreboot: 'laststate',
    });
  });

  it('limits set before a test are its defaults', () => {
    const { rules } = serviceOf(
      'set limits { networkTimeout: 2 seconds }\ncheck host h address x\nif failed port 80 then alert\nif failed ping timeout 9 seconds then alert',
    );
    expect(rules.map(({ test }) => 'timeoutMs' in test && test.timeoutMs)).toEqual([2000, 9000]);
  });

  it('reads a connection test with all its options', () => {
    const [rule] = serviceOf(`check process p pidfile /p
      if failed host 10.0.0.1 port 8443 type tcp protocol https method get request "/a b" status = 302 hostheader "x:1"
        checksum 8f7f419955cefa0b33a2ba316cba3659 with ssl options {verify: enable, selfsigned: allow, version: tlsv12 tlsv13}
        content = "ok" content != "no" certificate valid > 30 days ipv4 address 127.0.0.1 responsetime > 5 ms timeout 3 seconds retry 4
        for 2 times within 3 cycles then alert`).rules;
    expect(rule?.test).toMatchObject({
      target: { host: '10.0.0.1', port: 8443 },
      transport: 'tcp',
      protocol: 'https',
      http: {
        method: 'GET',
        request: '/a b',
        status: { operator: '=', value: 302 },
        hostHeader: 'x:1',
        checksum: '8f7f419955cefa0b33a2ba316cba3659',
      },
      tls: { verify: true, selfSigned: true, version: 'tlsv12 tlsv13' },
      content: [
        { negated: false, pattern: 'ok' },
        { negated: true, pattern: 'no' },
      ],
      certificate: { validDays: 30 },
      family: 'ipv4',
      sourceAddress: '127.0.0.1',
      responseTime: { operator: '>', ms: 5 },
      timeoutMs: 3000,
      attempts: 4,
    });
    expect(rule?.rate).toEqual({ count: 2, cycles: 3 });
  });

  it('goes on without the parts that cannot be used', () => {
    const { configuration } = load(
      'check process a pidfile /a\n depends on b, nowhere\ncheck process b pidfile /b\ncheck file A path /x',
    );
    expect(configuration.services.map(({ name, prerequisites }) => [name, prerequisites])).toEqual([
      ['b', []],
      ['a', ['b']],
    ]);
  });
});
