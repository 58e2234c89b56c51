// The floor of `daemon.ts`: the same requests at the same times with nothing around them.
import http from 'node:http';

const [url, count, intervalMs] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const [warmUpMs, warmIntervalMs] = [Number(process.argv[5]), 100];
// Without checks it would end.
setInterval(() => {}, 2 ** 31 - 1);
const agent = new http.Agent({ keepAlive: true });

const early = Array.from({ length: count }, () => setInterval(ask, warmIntervalMs));
setTimeout(() => {
  early.forEach((timer) => clearInterval(timer));
  for (let index = 0; index < count; index++) {
    setTimeout(() => setInterval(ask, intervalMs), (index / count) * intervalMs);
  }
}, warmUpMs);

function ask() {
  const request = http.request(url, { agent }, (response) => response.resume());
  const timeout = setTimeout(() => request.destroy(), intervalMs / 2);
  request.on('close', () => clearTimeout(timeout));
  request.on('error', () => {});
  request.end();
}
