// A web server that counts visits in the cache. Writes a line on descriptor 3 once it accepts connections.
import { closeSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '8080' }, cache: { type: 'string', default: '127.0.0.1:6380' } },
});
const [host, port] = values.cache.split(':');

const server = createServer(async (request, response) => {
  try {
    const visits = Number((await ask('GET visits')) || '0') + 1;
    await ask(`SET visits ${visits}`);
    response.setHeader('content-type', 'application/json');
    response.end(`${JSON.stringify({ message: 'hello from tappet', visits, path: request.url })}\n`);
  } catch (error) {
    response.statusCode = 503;
    response.end(`cache: ${error.message}\n`);
  }
});
server.listen(Number(values.port), '127.0.0.1', () => {
  console.log(`web server listens on http://127.0.0.1:${values.port}`);
  try {
    writeSync(3, 'ready\n');
    closeSync(3);
  } catch {
    // Started by hand, without a supervisor that listens on descriptor 3.
  }
});

process.on('SIGTERM', () => {
  console.log('web server drains');
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});

/** Sends one line to the cache and resolves with its answer. */
function ask(line) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port) }, () => socket.write(`${line}\n`));
    socket.on('error', reject);
    createInterface({ input: socket }).once('line', (answer) => {
      socket.destroy();
      resolve(answer);
    });
  });
}
