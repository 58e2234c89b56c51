import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { lacksRoot } from '../support/programs.ts';
import { bench, until } from '../support/tappet.ts';

const BIN = fileURLToPath(new URL('../../../packages/cli/dist/bin.cjs', import.meta.url));

describe('too few file descriptors', () => {
  it('runs all 60 services under ulimit -n 64, and says what is missing', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `s${index + 1}`);
    const services = names.map(
      (name) =>
        `[[services]]\nname = "${name}"\ncommand = "/bin/sh"\nargs = ["-c", "echo ${name} is here; exec sleep 1000"]\n`,
    );
    await using stack = bench(`project = "limits"\n${services.join('')}`);
    const daemon = spawn('/bin/sh', ['-c', 'ulimit -n 64; exec "$0" "$@"', process.execPath, BIN, 'up'], {
      cwd: stack.folder,
      env: { ...process.env, TAPPET_RUNTIME_DIR: join(stack.folder, 'run'), NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    daemon.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    const ended = new Promise((resolve) => daemon.once('exit', resolve));
    try {
      await until(() => /All services started/.test(text), 'all services have started', 50_000);
      expect(text).toMatch(/too few file descriptors: 60 services need \d+, ulimit -n is 64/);
      const states = (await stack.status()).services.map(({ state }) => state);
      expect(states.filter((state) => state === 'RUNNING')).toHaveLength(60);
      await until(() => names.every((name) => text.includes(`${name} is here`)), 'every service was heard', 50_000);
    } finally {
      daemon.kill('SIGTERM');
      await ended;
    }
  });
});

describe.skipIf(lacksRoot())('a full disk under the runtime directory', () => {
  it('stops nobody: restart, stop, start and status go on, and status says so', async () => {
    await using stack = bench(
      'project = "full"\n[[services]]\nname = "web"\ncommand = "/bin/sleep"\nargs = ["1000"]\nrestart = { policy = "always", delay = "0s" }\n',
    );
    const run = join(stack.folder, 'run');
    mkdirSync(run, { mode: 0o700 });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'tmpfs', run]);
    try {
      await stack.up().line(/All services started/);
      fill(run);
      const [before] = (await stack.status()).services;
      process.kill(Number(before?.pid), 'SIGKILL');
      await until(async () => {
        const [web] = (await stack.status()).services;
        return web?.state === 'RUNNING' && web.pid !== before?.pid;
      }, 'it is restarted');
      expect((await stack.run(['stop', 'web'])).code).toBe(0);
      expect((await stack.run(['start', 'web'])).code).toBe(0);
      const status = await stack.status();
      expect(status.services[0]).toMatchObject({ state: 'RUNNING' });
      expect(JSON.stringify(status['notes'])).toMatch(/ENOSPC|no space/i);
      expect((await stack.run(['down'])).code).toBe(0);
    } finally {
      await stack.run(['down']);
      execFileSync('umount', ['-l', run]);
    }
  });
});

function fill(folder: string): void {
  for (let size = 1 << 20; size >= 1; size = Math.floor(size / 2)) {
    const path = join(folder, `filler-${size}`);
    try {
      writeFileSync(path, Buffer.alloc(size));
    } catch {
      // No room for as much as that; what could be written stays.
    }
    if (!existsSync(path)) throw new Error('the disk could not be filled');
  }
}
