/**
 * Processor time of checks in the built daemon, beside a bare script that sends the same requests, in the same seconds. What
 * the daemon and the script cost without any check is taken off. First everybody checks often for a while, since a daemon runs for
 * months, and in its first minutes the engine has not compiled anything.
 *
 *   npx node benchmarks/probes/daemon.ts [--checks 1] [--interval 10] [--seconds 60] [--tree DIR]…
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { usageOf } from '../supervisor/harness/processes.ts';

interface Contender {
  readonly name: string;
  readonly pid: number;
  /** Goes over from checking often to the interval that is measured. */
  readonly calmDown: () => void;
}

const WARM_UP_MS = 40_000;
const WARM_INTERVAL_S = 0.1;
const SETTLE_MS = 8000;

const { values } = parseArgs({
  options: {
    checks: { type: 'string', default: '1' },
    interval: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '60' },
    tree: { type: 'string', multiple: true, default: [] },
  },
});
const [checks, intervalS, seconds] = [Number(values.checks), Number(values.interval), Number(values.seconds)];
const folder = mkdtempSync(join(tmpdir(), 'tappet-probes-'));
const target = fork(new URL('target.mjs', import.meta.url), { execArgv: [] });
const [ports] = (await once(target, 'message')) as [{ web: number }];
const url = `http://127.0.0.1:${ports.web}/ok`;
const trees = [fileURLToPath(new URL('../..', import.meta.url)), ...values.tree];

const contenders: readonly Contender[] = [
  bare('bare script', checks),
  bare('bare script, no checks', 0),
  ...trees.flatMap((tree) => [daemon(`daemon of ${tree}`, tree, checks), daemon(`the same, no checks`, tree, 0)]),
];
try {
  await sleep(WARM_UP_MS);
  for (const { calmDown } of contenders) calmDown();
  await sleep(SETTLE_MS + intervalS * 1000);
  const before = contenders.map(({ pid }) => usageOf([pid]));
  await sleep(seconds * 1000);
  const costs = contenders.map(({ pid }, index) => usageOf([pid]).cpuMs - (before[index]?.cpuMs ?? 0));
  console.log(`${checks} HTTP checks every ${intervalS} s, ${seconds} s long`);
  for (const [index, { name }] of contenders.entries()) {
    if (index % 2 === 1) continue;
    const [all = 0, idle = 0] = costs.slice(index, index + 2);
    const perCheck = (all - idle) / (checks * (seconds / intervalS));
    console.log(
      `  ${(all / seconds).toFixed(3)} ms/s, without checks ${(idle / seconds).toFixed(3)}: ${((all - idle) / seconds / checks).toFixed(4)} ms/s and ${(perCheck * 1000).toFixed(0)} µs a result for each check  ${name}`,
    );
  }
} finally {
  for (const { pid } of contenders) process.kill(pid, 'SIGTERM');
  target.disconnect();
  await sleep(1000);
  rmSync(folder, { recursive: true, force: true });
}

function bare(name: string, count: number): Contender {
  const script = fileURLToPath(new URL('bare.mjs', import.meta.url));
  const words = [script, url, String(count), String(intervalS * 1000), String(WARM_UP_MS)];
  return { name, pid: run(words), calmDown: () => {} };
}

function daemon(name: string, tree: string, count: number): Contender {
  const home = mkdtempSync(join(folder, 'daemon-'));
  mkdirSync(join(home, 'run'));
  const config = join(home, 'services.toml');
  writeFileSync(config, configuration(count, WARM_INTERVAL_S));
  const bin = join(tree, 'packages/cli/dist/bin.cjs');
  const pid = run([bin, 'up', '--config', config], { TAPPET_RUNTIME_DIR: join(home, 'run') });
  const calmDown = (): void => {
    writeFileSync(config, configuration(count, intervalS));
    process.kill(pid, 'SIGHUP');
  };
  return { name, pid, calmDown };
}

function configuration(count: number, interval: number): string {
  const check = (index: number): string =>
    `[[services.healthcheck]]\nname = "c${index}"\nkind = "liveness"\ninterval = ${interval}\ninitial_delay = 0\nhttp = "${url}"\n`;
  const service = 'plugins = ["healthcheck"]\n[[services]]\nname = "idle"\ncommand = "sleep infinity"\n';
  return service + Array.from({ length: count }, (_, index) => check(index)).join('');
}

function run(words: readonly string[], env: Readonly<Record<string, string>> = {}): number {
  const child = spawn(process.execPath, words, { stdio: 'ignore', env: { ...process.env, ...env } });
  return child.pid ?? 0;
}
