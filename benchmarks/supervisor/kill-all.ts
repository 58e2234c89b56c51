/**
 * 500 services are killed at once: how long until all are back, whether one is there twice, and how long a status request takes
 * meanwhile.
 *
 *   npx node benchmarks/supervisor/kill-all.ts [--counts 500] [--rounds 2] [--with-pm2] [--json]
 */
import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { contenders } from './contenders/index.ts';
import type { Contender } from './harness/contender.ts';
import type { Fleet } from './harness/fleet.ts';
import { nowMs } from './harness/marks.ts';
import { print } from './harness/report.ts';
import { interleave } from './harness/rounds.ts';
import { readSettings } from './harness/settings.ts';
import { Stage } from './harness/stage.ts';
import { median } from './harness/statistics.ts';

const CALM_MS = 3000;
const AFTER_MS = 1500;
const ASK_EVERY_MS = 5;

interface Massacre {
  readonly backMs: number;
  readonly slowestStatusMs: number;
  readonly answers: number;
  readonly running: number;
}

const settings = readSettings({ rounds: 2, counts: [500] });
const all = contenders(settings, { without: ['s6', 'daemontools'] });
await using stage = new Stage(settings);
const count = settings.counts[0] ?? 500;
const runs = await interleave(all, { rounds: settings.rounds, measure: massacre });
const rows = [...runs].map(([name, list]) => ({
  name,
  figures: {
    'all back, median ms': median(list.map(({ backMs }) => backMs)),
    'best ms': Math.min(...list.map(({ backMs }) => backMs)),
    'slowest status, median ms': median(list.map(({ slowestStatusMs }) => slowestStatusMs)),
    'answers meanwhile': median(list.map(({ answers }) => answers)),
    'running after': list.map(({ running }) => running).join(' '),
  },
}));
print(
  {
    figure: `${count} services killed at once`,
    goal: 'status within 100 ms, all back, none twice, ahead of supervisord and PM2',
    ratioOf: 'all back, median ms',
    rows,
  },
  settings,
);

async function massacre(contender: Contender): Promise<Massacre> {
  const fleet = stage.fleet(contender, { count, mode: ['quiet'], isLogged: false });
  fleet.launch();
  await fleet.up();
  await sleep(CALM_MS);
  const pids = fleet.marks.of('S').map(({ pid }) => pid);
  const latencies: number[] = [];
  const asking = new AbortController();
  const asked = askOn(fleet, { latencies, signal: asking.signal });
  await sleep(10 * ASK_EVERY_MS);
  latencies.length = 0;
  const begin = nowMs();
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  const starts = await fleet.marks.until('S', (marks) => marks.length >= 2 * count, { everyMs: 10 });
  const end = Math.max(...starts.map(({ atMs }) => atMs));
  asking.abort();
  await asked;
  await sleep(AFTER_MS);
  const running = fleet.running().length;
  await fleet.end();
  return {
    backMs: end - begin,
    slowestStatusMs: latencies.length === 0 ? NaN : Math.max(...latencies),
    answers: latencies.length,
    running,
  };
}

/** Asks for the status again and again, where there is a socket to ask on. */
async function askOn(fleet: Fleet, { latencies, signal }: { latencies: number[]; signal: AbortSignal }): Promise<void> {
  const { statusSocket, statusPath } = fleet.plan;
  if (statusSocket === undefined) return;
  const socket = statusSocket();
  while (!signal.aborted) {
    const begin = nowMs();
    await (statusPath === undefined ? readAll(socket) : get(socket, statusPath));
    latencies.push(nowMs() - begin);
    await sleep(ASK_EVERY_MS);
  }
}

function readAll(socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    connect(socket).on('error', reject).on('end', resolve).resume();
  });
}

function get(socketPath: string, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`the status is answered with ${response.statusCode}`));
      response.on('end', resolve).resume();
    });
    asked.on('error', reject).end();
  });
}
