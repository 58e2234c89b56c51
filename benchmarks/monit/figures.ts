/**
 * What a cycle costs, and how far five hosts that hang hold up 95 others.
 *
 *   npx node --conditions=@tappet/source benchmarks/monit/figures.ts
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSession } from './session.ts';

const CYCLES = 50;

/** CPU time of one cycle of 100 process services with cpu, memory and uptime rules. */
async function cycleOfProcesses(folder: string): Promise<void> {
  const children: ChildProcess[] = [];
  const services: string[] = [];
  for (let index = 0; index < 100; index++) {
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    children.push(child);
    const file = join(folder, `${index}.pid`);
    writeFileSync(file, String(child.pid));
    services.push(`check process p${index} with pidfile ${file}
  if cpu > 90% for 3 cycles then restart
  if memory > 500 MB for 3 cycles then restart
  if uptime > 100 days then alert`);
  }
  const session = await openSession(services.join('\n'));
  for (let cycle = 0; cycle < 10; cycle++) session.watch?.cycle();
  const before = process.cpuUsage();
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    session.watch?.cycle();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { user, system } = process.cpuUsage(before);
  console.log(`cycle of 100 process services: ${((user + system) / 1000 / CYCLES).toFixed(2)} ms of CPU (at most 10)`);
  await session.close();
  const ended = children.map((child) => once(child, 'exit'));
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(ended);
}

/** How late the last of 95 quick checks is connected to, with and without five that hang. */
async function hangingHosts(): Promise<void> {
  for (const hanging of [0, 5]) {
    const arrivals: number[] = [];
    const quick = createServer((socket) => {
      arrivals.push(performance.now());
      socket.on('error', () => undefined);
      socket.end('+PONG\r\n');
    });
    const silent = createServer((socket) => void socket.on('error', () => undefined));
    await Promise.all(
      [quick, silent].map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))),
    );
    const port = (server: typeof quick): number => {
      const address = server.address();
      return typeof address === 'object' && address !== null ? address.port : 0;
    };
    const services = Array.from({ length: 100 }, (_, index) => {
      const target = index % 20 === 0 && index / 20 < hanging ? silent : quick;
      return `check host h${index} with address 127.0.0.1\n if failed port ${port(target)} protocol redis with timeout 5 seconds then alert`;
    });
    const session = await openSession(services.join('\n'));
    const expected = 100 - hanging;
    const settle = async (): Promise<void> => {
      while (arrivals.length < expected) await new Promise((resolve) => setTimeout(resolve, 1));
    };
    await settle();
    await new Promise((resolve) => setTimeout(resolve, hanging === 0 ? 200 : 5500));
    const rounds: number[] = [];
    for (let round = 0; round < 3; round++) {
      arrivals.length = 0;
      const startedMs = performance.now();
      session.watch?.cycle();
      await settle();
      rounds.push(Math.max(...arrivals) - startedMs);
      await new Promise((resolve) => setTimeout(resolve, hanging === 0 ? 200 : 5500));
    }
    console.log(
      `100 host checks, ${hanging} hanging 5 s: the last other one is reached after ${rounds.map((ms) => `${ms.toFixed(0)} ms`).join(', ')}`,
    );
    await session.close();
    quick.close();
    silent.close();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'monit-bench-'));
try {
  await cycleOfProcesses(folder);
  await hangingHosts();
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
