// Run: node --conditions=@tappet/source benchmarks/monit/figures.ts
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemClock } from '@tappet/core';
import { loadMonitText, Session, type SessionPlan } from '@tappet/plugin-monit-compat/library';

const CYCLES = 50;

async function openSession(text: string): Promise<Session> {
  const { configuration, accepted, issues } = loadMonitText(text);
  if (!accepted) throw new Error(issues.map(({ message }) => message).join('; '));
  const plan: SessionPlan = {
    configuration,
    own: new Map(),
    pollMs: 3_600_000,
    fastMs: 3_600_000,
    isRehearsal: false,
    host: 'localhost',
    webhook: undefined,
    statePath: undefined,
    queueFolder: undefined,
    controlFile: '',
  };
  const session = new Session({ clock: systemClock });
  const refused = { outcome: 'refused', message: 'a benchmark' } as const;
  const supervisor = { service: () => undefined, serviceStatus: () => undefined, submit: async () => refused };
  await session.adopt(plan, { supervisor, log: silentLogger, emit: () => undefined });
  return session;
}

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

/** Memory of a supervisor of 500 services, with three rules each and without the plugin. */
async function memory(folder: string): Promise<void> {
  const bin = new URL('../../packages/cli/dist/bin.cjs', import.meta.url).pathname;
  const results: number[] = [];
  for (const withRules of [false, true]) {
    const own = mkdtempSync(join(folder, 'up-'));
    const rules =
      'rules = ["if cpu > 80% for 5 cycles then restart", "if memory > 512 MB for 3 cycles then restart", "if 3 restarts within 5 cycles then unmonitor"]\n';
    const services = Array.from(
      { length: 500 },
      (_, index) => `[[services]]\nname = "s${index}"\ncommand = "sleep 600"\n${withRules ? rules : ''}`,
    );
    writeFileSync(
      join(own, 'services.toml'),
      `${withRules ? '[plugins.monit-compat]\npoll = 2\n' : ''}${services.join('')}`,
    );
    const child = spawn(process.execPath, [bin, 'up', '--config', join(own, 'services.toml')], {
      stdio: 'ignore',
      cwd: own,
      env: { ...process.env, TAPPET_RUNTIME_DIR: join(own, 'run') },
    });
    await new Promise((resolve) => setTimeout(resolve, 25_000));
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    const smaps = readFileSync(`/proc/${child.pid}/smaps_rollup`, 'utf8');
    const rss = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
    const pss = Number(/^Pss:\s+(\d+)/m.exec(smaps)?.[1]) / 1024;
    const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    console.log(
      `500 services ${withRules ? 'with three rules each' : 'without the plugin'}: ${rss.toFixed(1)} MB resident (${pss.toFixed(1)} proportional), ${(Number(stat[11]) + Number(stat[12])) / 100} s of CPU so far`,
    );
    results.push(rss);
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
  console.log(
    `memory over core with 500 services: ${((results[1] ?? 0) - (results[0] ?? 0)).toFixed(1)} MB (at most 8)`,
  );
}

const folder = mkdtempSync(join(tmpdir(), 'monit-bench-'));
try {
  await cycleOfProcesses(folder);
  await hangingHosts();
  await memory(folder);
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
