// Ends with 0 when the cache answers PING, else with 1: what a pre_script checks before the web server starts.
import { connect } from 'node:net';
import { parseArgs } from 'node:util';

const { port } = parseArgs({ options: { port: { type: 'string', default: '6380' } } }).values;
const socket = connect({ host: '127.0.0.1', port: Number(port) }, () => socket.write('PING\n'));
socket.setTimeout(3000, () => end('no answer within 3 s'));
socket.on('error', (error) => end(error.message));
socket.on('data', (data) => end(data.toString().startsWith('PONG') ? undefined : `unexpected answer: ${data}`));

function end(problem) {
  console.log(problem ?? 'PONG');
  process.exit(problem === undefined ? 0 : 1);
}
