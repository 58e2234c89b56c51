import { type ChildProcess, spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { findProgram, lacks } from '../support/programs.ts';
import { bench, type Bench, isAlive, until } from '../support/tappet.ts';
import { ask, freePorts, SERVER, statusOf } from './programs.ts';

interface Backend {
  readonly port: number;
  /** Of the health endpoint, and what is asked there. */
  readonly healthPort: number;
  readonly path: string;
}

/**
 * A supervisor with these web servers and a health endpoint that drains for two seconds, unless told otherwise. A machine that is busy
 * makes nobody unready.
 */
async function webServers(
  names: readonly string[],
  { drain = 2 } = {},
): Promise<{ stack: Bench; ports: readonly number[]; healthPort: number }> {
  const [healthPort = 0, ...ports] = await freePorts(names.length + 1);
  const stack = bench('');
  stack.write('server.mjs', SERVER);
  let services = '';
  for (const [index, name] of names.entries()) {
    const port = ports[index] ?? 0;
    services += `
[[services]]
name = "${name}"
command = "${process.execPath}"
args = ["server.mjs", "--port", "${port}"]
healthcheck = { http = "http://127.0.0.1:${port}/ok", interval = "500ms", timeout = "450ms", failure_threshold = 20 }
`;
  }
  stack.write(
    'services.toml',
    `[plugins.healthcheck]\nlisten = "127.0.0.1:${healthPort}"\ndrain = ${drain}\n${services}`,
  );
  return { stack, ports, healthPort };
}

interface Proxy {
  readonly url: string;
  stop(): Promise<void>;
}

/** A real HAProxy in front of the backends. It neither retries nor sends a request elsewhere: what is lost is lost. */
async function haproxy(stack: Bench, backends: readonly Backend[]): Promise<Proxy> {
  const [port = 0] = await freePorts(1);
  const servers = backends.map(
    ({ port: own, healthPort }, index) =>
      `  server s${index} 127.0.0.1:${own} check port ${healthPort} inter 100ms fall 1 rise 1 maxconn 50`,
  );
  const paths = new Set(backends.map(({ path }) => path));
  // Servers that are asked for different paths need a backend each for their checks.
  const tracked = paths.size > 1;
  const checks = tracked
    ? backends.map(
        ({ path, healthPort, port: own }, index) =>
          `backend check${index}\n  option httpchk GET ${path}\n  http-check expect status 200\n  server s 127.0.0.1:${own} check port ${healthPort} inter 100ms fall 1 rise 1`,
      )
    : [];
  const balanced = tracked
    ? backends.map(({ port: own }, index) => `  server s${index} 127.0.0.1:${own} track check${index}/s maxconn 50`)
    : [`  option httpchk GET ${backends[0]?.path ?? '/readyz'}`, '  http-check expect status 200', ...servers];
  const file = stack.write(
    'haproxy.cfg',
    `global
  maxconn 200
defaults
  mode http
  timeout connect 2s
  timeout client 10s
  timeout server 10s
  timeout queue 5s
  timeout check 3s
  retries 0
  option http-server-close
frontend all
  bind 127.0.0.1:${port}
  default_backend webs
backend webs
  balance roundrobin
${balanced.join('\n')}
${checks.join('\n')}
`,
  );
  const child: ChildProcess = spawn(findProgram('haproxy') ?? 'haproxy', ['-db', '-f', file], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await ask(`${url}/pid`))?.status === 200, 'haproxy answers');
  return {
    url,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

interface Load {
  /** How many were answered by each process. */
  readonly answered: Map<string, number>;
  readonly failed: string[];
  stop(): Promise<void>;
}

/** A few clients that ask again and again, each after the answer to its last request. */
function load(url: string): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const answered = new Map<string, number>();
  const failed: string[] = [];
  const over = new AbortController();
  const clients = Array.from({ length: 8 }, async () => {
    while (!over.signal.aborted) {
      const result = await once(`${url}/pid`, agent);
      if (result.status === 200) answered.set(result.body, (answered.get(result.body) ?? 0) + 1);
      else failed.push(`${result.status} ${result.body.slice(0, 80)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });
  return {
    answered,
    failed,
    async stop() {
      over.abort();
      await Promise.all(clients);
      agent.destroy();
    },
  };
}

function once(url: string, agent: Agent): Promise<{ status: number; body: string }> {
  return new Promise((resolve) => {
    const outgoing = request(url, { agent, timeout: 10_000 }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', (error) => resolve({ status: 0, body: error.message }));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 10 s')));
    outgoing.on('error', (error) => resolve({ status: 0, body: error.message }));
    outgoing.end();
  });
}

function total({ answered }: Load): number {
  return [...answered.values()].reduce((sum, count) => sum + count, 0);
}

describe.skipIf(lacks('haproxy') || lacks('curl'))('a real HAProxy', () => {
  it('takes a supervisor that shuts down out before its sockets close: no request fails', async () => {
    const one = await webServers(['web']);
    const two = await webServers(['web']);
    await using stack = one.stack;
    await using other = two.stack;
    const daemon = stack.up();
    await Promise.all([daemon, other.up()].map((each) => each.line(/All services started successfully/)));
    const backends = [one, two].map(({ ports, healthPort }) => ({ port: ports[0] ?? 0, healthPort, path: '/readyz' }));
    const proxy = await haproxy(stack, backends);
    const clients = load(proxy.url);
    try {
      await until(() => clients.answered.size === 2 && total(clients) > 200, 'both serve');
      const pid = String((await statusOf(stack, 'web'))?.pid);
      daemon.child.kill('SIGTERM');
      expect(await daemon.exited).toBe(0);
      expect(isAlive(Number(pid))).toBe(false);
      const before = total(clients);
      await until(() => total(clients) > before + 200, 'the other one serves alone');
      expect(clients.failed).toEqual([]);
      expect(clients.answered.get(pid)).toBeGreaterThan(50);
      console.info(`supervisor shut down under load: ${total(clients)} requests, ${clients.failed.length} failed`);
    } finally {
      await clients.stop();
      await proxy.stop();
    }
  });

  it('takes a single service that is restarted out before its socket closes: no request fails', async () => {
    const { stack, ports, healthPort } = await webServers(['web-a', 'web-b']);
    await using _ = stack;
    await stack.up().line(/All services started successfully/);
    const proxy = await haproxy(stack, backendsOf(['web-a', 'web-b'], { ports, healthPort }));
    const clients = load(proxy.url);
    try {
      await until(() => clients.answered.size === 2 && total(clients) > 200, 'both serve');
      const pid = String((await statusOf(stack, 'web-a'))?.pid);
      expect((await stack.run(['restart', 'web-a'])).code).toBe(0);
      await until(() => clients.answered.size === 3, 'the new one serves');
      const before = total(clients);
      await until(() => total(clients) > before + 100, 'more requests');
      expect(clients.failed).toEqual([]);
      expect(isAlive(Number(pid))).toBe(false);
      console.info(`service restarted under load: ${total(clients)} requests, ${clients.failed.length} failed`);
    } finally {
      await clients.stop();
      await proxy.stop();
    }
  });

  it('loses requests when nothing drains, so the two tests above can fail', async () => {
    const { stack, ports, healthPort } = await webServers(['web-a', 'web-b'], { drain: 0 });
    await using _ = stack;
    await stack.up().line(/All services started successfully/);
    const proxy = await haproxy(stack, backendsOf(['web-a', 'web-b'], { ports, healthPort }));
    const clients = load(proxy.url);
    try {
      await until(() => clients.answered.size === 2, 'both serve');
      await until(async () => {
        await stack.run(['restart', 'web-a']);
        return clients.failed.length > 0;
      }, 'a request fails');
    } finally {
      await clients.stop();
      await proxy.stop();
    }
  });
});

/** Services of one supervisor, each asked for at its own path of the health endpoint. */
function backendsOf(
  names: readonly string[],
  { ports, healthPort }: { ports: readonly number[]; healthPort: number },
): { port: number; healthPort: number; path: string }[] {
  return names.map((name, index) => ({ port: ports[index] ?? 0, healthPort, path: `/health/${name}` }));
}
