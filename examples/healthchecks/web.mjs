// A page that needs the cache, and says so with 503 when it is away.
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { parseArgs } from 'node:util';

const { port, cache } = parseArgs({ options: { port: { type: 'string' }, cache: { type: 'string' } } }).values;

const server = createServer(async (request, response) => {
  const answer = await ask('PING').catch(() => undefined);
  response.writeHead(answer === undefined ? 503 : 200, { 'content-type': 'text/plain' });
  response.end(answer === undefined ? 'the cache is away\n' : `the cache says ${answer}\n`);
});
server.listen(Number(port), '127.0.0.1', () => console.log(`web listens on 127.0.0.1:${port}`));
process.on('SIGTERM', () => server.close(() => process.exit(0)));

function ask(command) {
  const [host, cachePort] = cache.split(':');
  return new Promise((resolve, reject) => {
    const socket = connect(Number(cachePort), host, () => socket.write(`${command}\n`));
    socket.once('error', reject);
    socket.once('data', (data) => {
      socket.end();
      resolve(String(data).trim());
    });
  });
}
