// Stands for a message broker: one line for each thing it is told or has to say.
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

const PARTITIONS = 3;
const [, , path] = process.argv;
let messages = 0;

const server = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.write(`partitions ${PARTITIONS}\n`);
  for (let partition = 1; partition <= PARTITIONS; partition++) {
    setTimeout(() => socket.writable && socket.write(`connected ${partition}\n`), 40 * partition);
  }
  const lines = createInterface({ input: socket });
  lines.on('line', (line) => {
    if (line.startsWith('publish ')) messages++;
    if (line === 'flush') socket.write(`flushed ${messages}\n`);
  });
  lines.on('close', () => socket.end());
});
server.listen(path, () => console.log('broker listens'));
process.once('SIGTERM', () => server.close());
