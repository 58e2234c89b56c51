// Brings the stack up with `tappet up`, asks the web server for a page, shows the status, and stays until Ctrl-C.
// With --once it goes down again as soon as that worked. Ports that are taken are replaced by free ones.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const tappet = join(folder, '../../packages/cli/dist/bin.cjs');
if (!existsSync(tappet)) {
  console.error('The command line is not built yet: run "npm start" from the top of the repository.');
  process.exit(1);
}
const config = join(folder, 'services.toml');
const env = {
  ...process.env,
  PORT: await freePort(process.env.PORT ?? '8080'),
  CACHE_PORT: await freePort(process.env.CACHE_PORT ?? '6380'),
  // As root, Tappet refuses files of other users; whoever owns this checkout is trusted here.
  TAPPET_TRUSTED_UIDS: String(statSync(folder).uid),
};

const daemon = spawn(process.execPath, [tappet, 'up', '--config', config], { env, stdio: 'inherit' });
daemon.once('exit', (code, signal) => process.exit(signal === null ? code : 1));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => daemon.kill(signal));

const url = `http://127.0.0.1:${env.PORT}/`;
const answer = await firstAnswer(url);
console.log(`\nGET ${url} -> ${answer}`);
console.log(execFileSync(process.execPath, [tappet, 'status', '--config', config], { env, encoding: 'utf8' }));
if (process.argv.includes('--once')) daemon.kill('SIGTERM');
else console.log('The stack is up. Try it in another terminal, and press Ctrl-C here to bring it down in order.\n');

/** Asks until the server answers; the daemon ends this program if it cannot come up. */
async function firstAnswer(address) {
  for (;;) {
    try {
      const response = await fetch(address);
      return `${response.status} ${(await response.text()).trim()}`;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** The wanted port, or any free one when it is taken. */
function freePort(wanted) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(freePort('0')));
    probe.listen(Number(wanted), '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(String(port)));
    });
  });
}
