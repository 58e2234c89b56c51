import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bench, freePort, until } from '../support/tappet.ts';

/** Answers 200 until `/break` was asked for, then 500. */
const SERVER = `import { createServer } from 'node:http';
let status = 200;
createServer((request, response) => {
  if (request.url === '/break') status = 500;
  response.writeHead(status);
  response.end();
}).listen(Number(process.argv[2]), '127.0.0.1');
`;

const NODE = JSON.stringify(process.execPath);

/** The check of the handbook that every monit user writes, on another port. */
function handbook(name: string, port: number, methods: string): string {
  return `check host ${name} with address 127.0.0.1
${methods}
  if failed port ${port} protocol HTTP
    request /ok
    with timeout 5 seconds
    then restart
`;
}

async function isUp(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/ok`).then(
    ({ status }) => status === 200,
    () => false,
  );
}

describe('the check of the handbook', () => {
  it('restarts a real server of ours that answers 500, and the journal says why', async () => {
    const port = await freePort();
    await using own = bench('');
    const rc = own.write('monitrc', '');
    own.write('server.mjs', SERVER);
    own.write(
      'services.toml',
      `[plugins.monit-compat]
poll = "500ms"
include = [${JSON.stringify(rc)}]
[[services]]
name = "app_name"
command = ${NODE}
args = ["server.mjs", "${port}"]
`,
    );
    const { chmodSync } = await import('node:fs');
    own.write('monitrc', handbook('app_name', port, '  start "/sbin/start app_name"\n  stop "/sbin/stop app_name"'));
    chmodSync(rc, 0o600);
    own.up();
    await until(() => isUp(port), 'the server answers');
    const before = (await own.status()).services[0]?.pid;
    await fetch(`http://127.0.0.1:${port}/break`);
    await until(async () => {
      const [service] = (await own.status()).services;
      return service?.pid !== before && service?.state === 'RUNNING' && (await isUp(port));
    }, 'the server is another one and answers again');
    const { stdout } = await own.run(['why', 'app_name']);
    expect(stdout).toContain('Connection failed');
    const summary = await own.run(['monit', 'summary']);
    expect(summary.stdout).toMatch(/app_name +(OK|Initializing|Connection failed) +Remote Host/);
  });

  it('restarts a real server that it only watches, by its programs', async () => {
    const port = await freePort();
    await using own = bench('');
    own.write('server.mjs', SERVER);
    const pidFile = join(own.folder, 'server.pid');
    const { chmodSync } = await import('node:fs');
    const ctl = own.write(
      'ctl',
      `#!/bin/sh
echo $1 >> ${own.folder}/calls
case $1 in
start) setsid ${process.execPath} ${own.folder}/server.mjs ${port} >/dev/null 2>&1 </dev/null & echo $! > ${pidFile};;
stop) kill $(cat ${pidFile}); rm -f ${pidFile};;
esac
`,
    );
    chmodSync(ctl, 0o755);
    const rc = own.write(
      'monitrc',
      `set daemon 1\n${handbook('app_name', port, `  start "${ctl} start"\n  stop "${ctl} stop"`)}`,
    );
    chmodSync(rc, 0o600);
    own.write(
      'services.toml',
      `[plugins.monit-compat]\ninclude = [${JSON.stringify(rc)}]\n[[services]]\nname = "other"\ncommand = "sleep 1000"\n`,
    );
    own.up();
    try {
      await until(() => isUp(port), 'the server was started because nothing answered');
      const first = readFileSync(pidFile, 'utf8');
      await fetch(`http://127.0.0.1:${port}/break`);
      await until(
        async () => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== first && (await isUp(port)),
        'it is another one',
      );
      expect(readFileSync(join(own.folder, 'calls'), 'utf8')).toMatch(/start\n(stop\nstart\n)+$/);
      expect((await own.run(['monit', 'unmonitor', 'app_name'])).code).toBe(0);
    } finally {
      if (existsSync(pidFile)) process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
    }
  });
});

describe("Debian's own control files", () => {
  const shipped = '/etc/monit/conf-available';

  it.skipIf(!existsSync(shipped))('load unmodified through include', async () => {
    const names = ['nginx', 'apache2', 'mysql', 'openssh-server', 'cron', 'rsyslog'];
    await using own = bench(
      `[plugins.monit-compat]
poll = 3600
rehearse = true
include = ["${shipped}/{names}"]
[[services]]
name = "other"
command = "sleep 1000"
`.replace(`["${shipped}/{names}"]`, JSON.stringify(names.map((name) => `${shipped}/[${name[0]}]${name.slice(1)}`))),
    );
    const daemon = own.up();
    await daemon.line(/other/);
    const { stdout, code } = await own.run(['monit', 'summary']);
    expect(code).toBe(0);
    for (const service of ['nginx', 'apache', 'mysqld', 'sshd', 'crond', 'rsyslogd'])
      expect(stdout).toMatch(new RegExp(`^${service}`, 'm'));
  });
});

describe('fast = true', () => {
  it('a service without a restart policy is up again long before the next poll', async () => {
    await using own = bench(`[plugins.monit-compat]
poll = 3600
[[services]]
name = "web"
command = "sleep 1000"
[services.monit-compat]
rules = ["if does not exist then restart"]
fast = true
`);
    own.up();
    await until(async () => (await own.status().catch(() => undefined))?.services[0]?.state === 'RUNNING', 'it runs');
    const before = (await own.status()).services[0]?.pid ?? 0;
    const killedMs = performance.now();
    process.kill(before, 'SIGKILL');
    await until(async () => {
      const [service] = (await own.status()).services;
      return service?.state === 'RUNNING' && service.pid !== before;
    }, 'it runs again');
    expect(performance.now() - killedMs).toBeLessThan(20_000);
    expect((await own.run(['why', 'web'])).stdout).toContain('rule "if does not exist then restart"');
  });
});

describe('tappet monit', () => {
  it('judges, explains, converts and rehearses files', async () => {
    const port = await freePort();
    await using own = bench('[[services]]\nname = "x"\ncommand = "true"\n');
    const { chmodSync } = await import('node:fs');
    const rc = own.write(
      'monitrc',
      `set daemon 1\n${handbook('app', port, '  start "/bin/false up"\n  stop "/bin/false down"')}`,
    );
    chmodSync(rc, 0o600);
    const bad = own.write('bad', 'check nonsense\n');
    chmodSync(bad, 0o600);
    const accepted = await own.run(['monit', 'check', '--strict', 'monitrc']);
    expect(accepted.stdout).toContain('accepted: 1 service, 0 errors');
    expect(accepted.code).toBe(0);
    const refused = await own.run(['monit', 'check', 'monitrc', 'bad']);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(/bad:2:1: error/);
    expect((await own.run(['monit', 'explain', 'monitrc'])).stdout).toContain('app');
    expect((await own.run(['monit', 'convert', 'monitrc'])).stdout).toContain('[plugins.monit-compat]');
    const rehearsal = await own.run(['monit', 'rehearse', '--cycles', '1', '--poll', '1', 'monitrc']);
    expect(rehearsal.stdout).toContain('would stop app with /bin/false down');
    expect(rehearsal.stdout).toContain('would start app with /bin/false up');
    expect((await own.run(['monit', 'procmatch', 'no such process here'])).code).toBe(1);
    const wrong = await own.run(['monit', 'chek']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('check');
  });
});
