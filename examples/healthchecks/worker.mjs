// Works, and says so on descriptor 3 each half second. SIGUSR1 makes it hang: it is alive and does nothing any more.
import { writeSync } from 'node:fs';

const beat = setInterval(() => writeSync(3, 'still at work\n'), 500);
writeSync(3, 'ready\n');
console.log('worker works');

process.on('SIGUSR1', () => {
  clearInterval(beat);
  console.log('worker hangs');
  setInterval(() => {}, 60_000);
});
process.on('SIGTERM', () => process.exit(0));
