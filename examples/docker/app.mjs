// A web server that tells which processes run beside it.
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

const { port } = parseArgs({ options: { port: { type: 'string', default: '8080' } } }).values;

const server = createServer((_request, response) => {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  response.end(`${JSON.stringify({ pid: process.pid, user: process.getuid?.(), processes: processes.length })}\n`);
});
server.listen(Number(port), '0.0.0.0', () => console.log(`listens on port ${server.address().port}`));

process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
