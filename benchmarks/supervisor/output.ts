/**
 * One service writes 100-byte lines at full speed, 1 GB, into a file: MB/s, processor time of the supervisor (and its logger) for a
 * GB, its largest size. Where the file is not rotated, its size and the number of every 10,000th line are checked.
 *
 *   npx node benchmarks/supervisor/output.ts [--rounds 3] [--with-pm2] [--json]
 */
import { closeSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { contenders } from './contenders/index.ts';
import type { Contender } from './harness/contender.ts';
import type { Fleet } from './harness/fleet.ts';
import { nowMs } from './harness/marks.ts';
import { peakMb, usageOf } from './harness/processes.ts';
import { print } from './harness/report.ts';
import { interleave } from './harness/rounds.ts';
import { readSettings } from './harness/settings.ts';
import { Stage } from './harness/stage.ts';
import { median } from './harness/statistics.ts';

/** These need minutes for a GB, and rotate. */
const SLOW = new Set(['runit', 's6', 'daemontools', 'pm2']);
const GB = 1_000_000_000;
const LINE = 100;

interface Flood {
  readonly mbPerS: number;
  readonly cpuSPerGb: number;
  readonly peakMb: number;
}

const settings = readSettings({ rounds: 3, counts: [1] });
const all = contenders(settings);
await using stage = new Stage(settings);
const floods = await interleave(all, { rounds: settings.rounds, once: [...SLOW], measure: timeFlood });
const rows = [...floods].map(([name, runs]) => ({
  name,
  figures: {
    'MB/s': median(runs.map(({ mbPerS }) => mbPerS)),
    'best MB/s': Math.max(...runs.map(({ mbPerS }) => mbPerS)),
    'CPU s/GB': median(runs.map(({ cpuSPerGb }) => cpuSPerGb)),
    'peak RSS MB': median(runs.map(({ peakMb }) => peakMb)),
  },
}));
print(
  { figure: 'one service at full speed into a file', goal: 'ahead of supervisord', ratioOf: 'MB/s', rows },
  settings,
);

async function timeFlood(contender: Contender): Promise<Flood> {
  const isSlow = SLOW.has(contender.name);
  const bytes = isSlow ? GB / 5 : GB;
  const fleet = stage.fleet(contender, { count: 1, mode: ['flood', String(bytes)], isLogged: true });
  fleet.launch();
  const begin = await fleet.up();
  const before = usageOf(fleet.supervisors());
  const [end] = await fleet.marks.until('F', (marks) => marks.length > 0, { everyMs: 20 });
  if (end === undefined) throw new Error('no end of the flood');
  if (!isSlow) await checkFile(fleet, bytes);
  const supervisors = fleet.supervisors();
  const figures = {
    mbPerS: bytes / 1e6 / ((end.atMs - begin) / 1000),
    cpuSPerGb: ((usageOf(supervisors).cpuMs - before.cpuMs) / 1000) * (GB / bytes),
    peakMb: peakMb(supervisors),
  };
  await fleet.end();
  const { log } = fleet.services[0] ?? {};
  if (typeof log === 'string') rmSync(log, { recursive: true });
  return figures;
}

async function checkFile({ services, contender }: Fleet, bytes: number): Promise<void> {
  const path = services[0]?.log ?? '';
  const deadline = nowMs() + 5000;
  while (statSync(path).size < bytes && nowMs() < deadline) await new Promise((resolve) => setTimeout(resolve, 2));
  const { size } = statSync(path);
  if (size !== bytes) throw new Error(`${contender.name} wrote ${size} bytes of ${bytes}`);
  const fd = openSync(path, 'r');
  const line = Buffer.alloc(LINE);
  for (let number = 0; number < bytes / LINE; number += 10_000) {
    readSync(fd, line, 0, LINE, number * LINE);
    if (Number(line.toString('latin1', 0, 12)) !== number) throw new Error(`${contender.name} lost line ${number}`);
  }
  closeSync(fd);
}
