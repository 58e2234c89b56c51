// The servers of the benchmark, in a process of their own: its CPU does not count.
import http from 'node:http';
import net from 'node:net';

const web = http.createServer((_request, response) => response.end('ok'));
web.keepAliveTimeout = 60_000;
const deaf = net.createServer((socket) => {
  socket.on('error', () => {});
  socket.resume();
});
web.listen(0, '127.0.0.1', () =>
  deaf.listen(0, '127.0.0.1', () => process.send({ web: web.address().port, deaf: deaf.address().port })),
);
process.on('disconnect', () => process.exit(0));
