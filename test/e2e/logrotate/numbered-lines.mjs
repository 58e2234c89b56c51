// Writes numbered lines at a steady rate: `node numbered-lines.mjs RATE COUNT`, then waits for a signal.
import { writeSync } from 'node:fs';

const [rate, count] = process.argv.slice(2).map(Number);
const PERIOD_MS = 5;
const begunMs = performance.now();
let next = 0;

function writeAll(bytes) {
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}

const timer = setInterval(() => {
  const due = Math.min(count, Math.floor(((performance.now() - begunMs) / 1000) * rate));
  while (next < due) {
    let text = '';
    for (const end = Math.min(due, next + 4000); next < end; next++)
      text += `${String(next).padStart(12, '0')} the quick brown fox jumps\n`;
    writeAll(Buffer.from(text));
  }
  if (next >= count) clearInterval(timer);
}, PERIOD_MS);
setInterval(() => {}, 1 << 30);
