import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import type { Bench } from '../support/tappet.ts';

/** A web server in Node: `node server.mjs --port P --redis HOST:PORT`. `/ok` asks redis, `/pid` tells who answers. */
export const SERVER = `
import { createServer } from 'node:http';
import { connect } from 'node:net';
const option = (name) => process.argv[process.argv.indexOf('--' + name) + 1];
const [host, port] = (process.argv.includes('--redis') ? option('redis') : ':').split(':');
const ask = (done) => {
  if (port === '') return done(true);
  const socket = connect(Number(port), host, () => socket.write('PING\\r\\n'));
  socket.once('data', () => { socket.destroy(); done(true); });
  socket.once('error', () => done(false));
};
createServer((request, response) => {
  if (request.url === '/pid') return response.end(String(process.pid));
  if (request.url === '/alive') return response.end('alive');
  ask((isGood) => response.writeHead(isGood ? 200 : 503).end(isGood ? 'ok' : 'redis is gone'));
}).listen(Number(option('port')), '127.0.0.1', () => console.log('listens'));
// Nothing is finished in peace: whoever still sends requests loses them.
process.on('SIGTERM', () => process.exit(0));
`;

/** One service of a status. */
export type ServiceStatus = Awaited<ReturnType<Bench['status']>>['services'][number];

export async function statusOf(stack: Bench, name: string): Promise<ServiceStatus | undefined> {
  return (await stack.status()).services.find((service) => service.name === name);
}

/** The plugin's own events so far, newest last. */
export async function healthEvents(
  stack: Bench,
): Promise<readonly { name: string; data: Readonly<Record<string, unknown>> }[]> {
  const { stdout } = await stack.run(['events', '--json']);
  return stdout
    .split('\n')
    .filter((line) => line.includes('"tappet.healthcheck/'))
    .map((line) => {
      const { name, data } = JSON.parse(line) as { name: string; data: Record<string, unknown> };
      return { name: name.replace('tappet.healthcheck/', ''), data };
    });
}

/** Asks a server once with curl, which needs no agent and no pool. Undefined when there is no answer. */
export function ask(url: string, ...options: readonly string[]): Promise<{ status: number; body: string } | undefined> {
  return new Promise((resolve) => {
    execFile('curl', ['-s', '-m', '5', '-w', '\n%{http_code}', ...options, url], (error, stdout) => {
      const end = stdout.lastIndexOf('\n');
      const status = Number(stdout.slice(end + 1));
      resolve(error !== null || status === 0 ? undefined : { status, body: stdout.slice(0, end) });
    });
  });
}

/**
 * Ports that were free a moment ago, all different. Below the range that the kernel gives to outgoing connections: those of
 * a load test would take them meanwhile.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const held: { readonly port: number; readonly server: Server }[] = [];
  while (held.length < count) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = await listenOn(port);
    if (server !== undefined) held.push({ port, server });
  }
  await Promise.all(held.map(({ server }) => new Promise((resolve) => void server.close(resolve))));
  return held.map(({ port }) => port);
}

function listenOn(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
