// Stands for a background worker: puts a job's result into the cache every now and then.
import { connect } from 'node:net';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { queue: { type: 'string' }, redis: { type: 'string', default: '127.0.0.1:6380' } },
});
const [host, port] = values.redis.split(':');
let jobs = 0;

console.log(`worker takes jobs of queue ${values.queue}`);
const timer = setInterval(() => {
  jobs += 1;
  const socket = connect({ host, port: Number(port) }, () => socket.end(`SET jobs ${jobs}\n`));
  socket.on('error', (error) => console.error(`worker: ${error.message}`));
}, 1000);

process.on('SIGTERM', () => {
  clearInterval(timer);
  console.log(`worker ends after ${jobs} jobs`);
});
