// A cache with three commands, one a line: PING, GET key, SET key value.
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const { port } = parseArgs({ options: { port: { type: 'string', default: '6380' } } }).values;
const entries = new Map();

const server = createServer((socket) => {
  const lines = createInterface({ input: socket });
  // A client that was killed resets its connection; the lines tell of it, too.
  for (const source of [socket, lines]) source.on('error', () => socket.destroy());
  lines.on('line', (line) => {
    const [command, key, ...value] = line.split(' ');
    if (command === 'PING') socket.write('PONG\n');
    else if (command === 'GET') socket.write(`${entries.get(key) ?? ''}\n`);
    else if (command === 'SET') {
      entries.set(key, value.join(' '));
      socket.write('OK\n');
    } else socket.write('ERR unknown command\n');
  });
});
server.listen(Number(port), '127.0.0.1', () => console.log(`cache listens on 127.0.0.1:${port}`));

process.on('SIGTERM', () => {
  console.log('cache closes');
  process.exit(0);
});
