// The least that a supervisor written in Node has to do: child_process.spawn, a pipe, writeSync, start again on exit, a
// status over a Unix socket. What ours is held against.
//
//   node floor.mjs CONFIG      { "socket": path, "services": [{ "name", "command": [program, …], "log": path | null }] }
import { spawn } from 'node:child_process';
import { openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';

const { socket, services } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const running = new Map();
let isStopping = false;

for (const service of services) start({ ...service, restarts: 0, fd: service.log && openSync(service.log, 'a') });

const server = createServer((connection) => {
  connection.end(
    JSON.stringify([...running].map(([name, { child, restarts }]) => ({ name, pid: child.pid, restarts }))),
  );
});
server.listen(socket);

process.on('SIGTERM', stop);
process.on('SIGINT', stop);

function start(service) {
  const [program, ...args] = service.command;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  running.set(service.name, { child, restarts: service.restarts });
  child.stdout.on('data', (chunk) => {
    if (service.fd !== null) writeSync(service.fd, chunk);
  });
  child.once('exit', () => {
    running.delete(service.name);
    if (!isStopping) start({ ...service, restarts: service.restarts + 1 });
    else if (running.size === 0) end();
  });
}

function stop() {
  isStopping = true;
  for (const { child } of running.values()) child.kill('SIGTERM');
  if (running.size === 0) end();
}

function end() {
  server.close();
  rmSync(socket, { force: true });
  process.exit(0);
}
