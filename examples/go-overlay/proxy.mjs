// Stands for nginx: hands every request on to the web server.
import { createServer, request } from 'node:http';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '8081' }, to: { type: 'string', default: '127.0.0.1:8080' } },
});
const [host, port] = values.to.split(':');

const server = createServer((incoming, outgoing) => {
  const onward = request({ host, port, path: incoming.url, method: incoming.method, headers: incoming.headers });
  onward.on('response', (response) => {
    outgoing.writeHead(response.statusCode, response.headers);
    response.pipe(outgoing);
  });
  onward.on('error', (error) => outgoing.writeHead(502).end(`${error.message}\n`));
  incoming.pipe(onward);
});
server.listen(Number(values.port), '127.0.0.1', () => console.log(`proxy listens on http://127.0.0.1:${values.port}`));

process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
