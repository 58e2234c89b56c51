import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findProgram, lacks } from '../support/programs.ts';
import { bench, freePort, type Bench } from '../support/tappet.ts';

const isRoot = process.getuid?.() === 0;

/** The documented stack with a real redis, a migration that takes a while and a Node web server; paths and ports that exist here. */
async function webStack(extra = ''): Promise<{ stack: Bench; port: number; redisPort: number }> {
  const redisPort = await freePort();
  const port = await freePort();
  const stack = bench('');
  const { folder } = stack;
  stack.write('migrate.sh', '#!/bin/sh\necho "migrating $*"\nsleep 1.5\necho "migrated"\ndate +%s.%N >migrated.at\n');
  stack.write(
    'server.mjs',
    `import { createServer } from 'node:http';
     import { writeFileSync } from 'node:fs';
     const port = process.argv[process.argv.indexOf('--port') + 1];
     createServer((request, response) => response.end(JSON.stringify({ uid: process.getuid(), groups: process.getgroups(), argv: process.argv.slice(2), home: process.env.HOME })))
       .listen(Number(port), '127.0.0.1', () => console.log('server listens on ' + port));
     process.on('SIGTERM', () => process.exit(0));`,
  );
  stack.write(
    'services.toml',
    `[timeouts]
post_script_timeout = 30
service_shutdown_timeout = 10
global_shutdown_timeout = 30
dependency_wait_timeout = 60

# Redis Cache Service
[[services]]
name = "redis"
command = "${findProgram('redis-server') ?? ''}"
args = ["--bind", "127.0.0.1", "--port", "${redisPort}", "--maxmemory", "256mb", "--maxmemory-policy", "allkeys-lru", "--save", "", "--dir", "${folder}"]
enabled = true
required = true

[[services]]
name = "db-migration"
command = "/bin/sh"
args = ["${folder}/migrate.sh", "-path", "/app/migrations", "-database", "postgres://user:pass@db:5432/myapp?sslmode=disable", "up"]
enabled = true
required = false
depends_on = []

[[services]]
name = "web-server"
command = "${process.execPath}"
args = ["${folder}/server.mjs", "--port", "\${WEB_PORT:-8080}", "--redis", "\${REDIS_URL:-localhost:6379}"]
enabled = true
required = true
depends_on = ["redis", "db-migration"]
wait_after = { redis = 2, db-migration = 1 }
${isRoot ? 'user = "www-data"' : ''}
pre_script = """
#!/bin/bash
echo "Starting web server..."
echo "Checking Redis connection..."
redis-cli -h localhost -p ${redisPort} ping || exit 1
"""
pos_script = """
#!/bin/bash
echo "Web server stopped gracefully"
echo done >${folder}/pos-script.ran
"""
${extra}`,
  );
  return { stack, port, redisPort };
}

describe.skipIf(lacks('redis-server'))('the documented web stack', () => {
  it('starts in the documented order with the documented lines, serves, and goes down in reverse', async () => {
    const { stack, port } = await webStack();
    await using _ = stack;
    const daemon = stack.up([], { WEB_PORT: String(port) });
    await daemon.line(/All services started successfully/);

    const lines = daemon.lines();
    const place = (pattern: RegExp): number => lines.findIndex((line) => pattern.test(line));
    const documented = [
      /^\[INFO\] Starting service: redis$/,
      /^\[INFO\] Service redis is running \(PID: \d+\)$/,
      /^\[INFO\] Service db-migration completed successfully$/,
      /^\[INFO\] Waiting 1s after db-migration completion$/,
      /^\[INFO\] Running pre-script for web-server$/,
      /^\[INFO\] Starting service: web-server$/,
      /^\[INFO\] Service web-server is running \(PID: \d+\)$/,
      /^\[INFO\] All services started successfully$/,
    ].map(place);
    expect(documented).not.toContain(-1);
    expect(documented).toEqual(documented.toSorted((a, b) => a - b));
    expect(place(/^\[INFO\] Starting service: db-migration$/)).toBeLessThan(place(/db-migration completed/));
    expect(place(/^\[INFO\] Waiting 2s after redis startup$/)).toBeGreaterThan(-1);
    // The pre_script's ping went through before the server started.
    expect(place(/PONG/)).toBeGreaterThan(place(/Running pre-script/));

    await daemon.line(/server listens on/);
    const answer = (await (await fetch(`http://127.0.0.1:${port}/`)).json()) as {
      uid: number;
      groups: number[];
      argv: string[];
      home: string;
    };
    expect(answer.argv).toEqual(['--port', String(port), '--redis', 'localhost:6379']);
    if (isRoot) {
      expect(answer.uid).toBe(33);
      expect(answer.groups).toEqual([33]);
      expect(answer.home).toBe('/var/www');
    }

    const { services } = await stack.status();
    expect(services.map(({ name, state, completed }) => ({ name, state, completed }))).toEqual([
      { name: 'redis', state: 'RUNNING', completed: false },
      { name: 'db-migration', state: 'STOPPED', completed: true },
      { name: 'web-server', state: 'RUNNING', completed: false },
    ]);
    const migrated = Number(readFileSync(join(stack.folder, 'migrated.at'), 'utf8')) * 1000;
    const started = Date.now() - Number(services[2]?.['uptimeMs']);
    // The pause counts from the end of the migration, not from its start.
    expect(started - migrated).toBeGreaterThan(950);

    daemon.child.kill('SIGTERM');
    expect(await daemon.exited).toBe(0);
    const last = daemon.lines();
    const stopOf = (name: string): number => last.indexOf(`Stopping service: ${name}`);
    expect(stopOf('web-server')).toBeGreaterThan(-1);
    expect(stopOf('web-server')).toBeLessThan(stopOf('redis'));
    expect(readFileSync(join(stack.folder, 'pos-script.ran'), 'utf8')).toBe('done\n');
    expect(last.at(-2)).toBe('Supervisor exiting with code 0');
  });

  it('takes the documented worker and proxy as well, and counts states with grep -c', async () => {
    const { stack, port } = await webStack(`
[[services]]
name = "worker"
command = "/bin/sleep"
args = ["1000"]
enabled = true
required = false
depends_on = ["redis", "web-server"]
wait_after = { redis = 2 }

[[services]]
name = "nginx"
command = "/bin/sleep"
args = ["1000"]
enabled = true
required = true
depends_on = ["web-server"]
wait_after = { web-server = 1 }
`);
    await using _ = stack;
    const daemon = stack.up([], { WEB_PORT: String(port) });
    await daemon.line(/All services started successfully/);
    const { stdout } = await stack.run(['status']);
    expect(stdout.split('\n').filter((line) => line.includes('RUNNING'))).toHaveLength(4);
    expect(stdout.split('\n').filter((line) => line.includes('FAILED'))).toHaveLength(0);
  });

  it('does not start the web server when the pre_script fails, and goes down with code 1 because it is required', async () => {
    const { stack, port, redisPort } = await webStack();
    await using _ = stack;
    stack.write(
      'services.toml',
      readFileSync(join(stack.folder, 'services.toml'), 'utf8').replace(`-p ${redisPort} ping`, '-p 1 ping'),
    );
    const daemon = stack.up([], { WEB_PORT: String(port) });
    expect(await daemon.exited).toBe(1);
    const text = daemon.lines().join('\n');
    expect(text).toMatch(/cannot start web-server: its pre_script exited with code 1/);
    expect(text).toMatch(/CRITICAL: Required service 'web-server' has failed/);
    expect(text).not.toMatch(/Starting service: web-server/);
  });
});
