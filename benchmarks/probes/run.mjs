// Cost and punctuality of checks, with the scheduler and the probes as the daemon uses them.
//   npx node --conditions=@tappet/source --expose-gc benchmarks/probes/run.mjs [seconds] [part of a title]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeIdleConnections, parseProbe, runProbe } from '@tappet/plugin-healthcheck/probes';
import { Scheduler } from '../../packages/plugin-healthcheck/src/checks/scheduler.ts';

const seconds = Number(process.argv[2] ?? 20);
const only = process.argv[3] ?? '';
const clock = {
  nowMs: () => performance.now(),
  setTimer(ms, fn) {
    const timer = setTimeout(() => fn(), ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

const target = fork(new URL('target.mjs', import.meta.url), { execArgv: [] });
const [ports] = await once(target, 'message');

await measure('1,000 HTTP checks every second', {
  intervalMs: 1000,
  probes: Array.from({ length: 1000 }, () => http(ports.web)),
});
await measure('the same without keep-alive', {
  intervalMs: 1000,
  probes: Array.from({ length: 1000 }, () => http(ports.web, false)),
});
await measure('1,000 TCP checks every second', {
  intervalMs: 1000,
  probes: Array.from({ length: 1000 }, () => probe({ tcp: ports.web })),
});
await measure('100 HTTP checks every second', {
  intervalMs: 1000,
  probes: Array.from({ length: 100 }, () => http(ports.web)),
});
await measure('100 checks every second, 5 hanging to their timeout', {
  intervalMs: 1000,
  probes: Array.from({ length: 100 }, (_, index) => http(index < 5 ? ports.deaf : ports.web)),
});
await measure('no check at all (baseline)', { intervalMs: 1000, probes: [], forSeconds: Math.max(40, seconds) });
await measure('1 HTTP check every 10 s (idle cost)', {
  intervalMs: 10_000,
  probes: [http(ports.web)],
  forSeconds: Math.max(40, seconds),
});
await memory('memory of 1,000 HTTP checks every second');
closeIdleConnections();
target.disconnect();

function probe(raw) {
  const parsed = parseProbe(raw);
  if ('issues' in parsed) throw new Error(parsed.issues[0].message);
  return parsed.probe;
}

function http(port, keepAlive = true) {
  return probe({ http: { url: `http://127.0.0.1:${port}/ok`, keep_alive: keepAlive } });
}

/** Heap and resident memory minute by minute, nothing kept by the benchmark. Six times as long as the other cases. */
async function memory(title) {
  if (!title.includes(only)) return;
  let results = 0;
  const scheduler = new Scheduler({ clock, onResult: () => results++ });
  start(scheduler, { intervalMs: 1000, probes: Array.from({ length: 1000 }, () => http(ports.web)) });
  console.log(title);
  for (let part = 0; part <= 6; part++) {
    await sleep(part === 0 ? 5000 : seconds * 1000);
    globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    console.log(
      `  after ${results} results: heap ${(heapUsed / 2 ** 20).toFixed(1)} MiB, resident ${(rss / 2 ** 20).toFixed(0)} MiB`,
    );
  }
  scheduler.close();
}

function start(scheduler, { intervalMs, probes }) {
  const timeoutMs = Math.min(3000, intervalMs * 0.4);
  const schedule = { intervalMs, initialDelayMs: 0, jitter: 1, quickStart: false };
  for (const [index, one] of probes.entries()) {
    const attempt = (signal) => runProbe(one, { deadlineMs: timeoutMs, signal });
    scheduler.start({ id: `check-${index}`, schedule, timeoutMs, attempt });
  }
}

async function measure(title, { intervalMs, probes, forSeconds = seconds }) {
  if (!title.includes(only)) return;
  const reports = [];
  let isCounting = false;
  const scheduler = new Scheduler({ clock, onResult: (report) => isCounting && reports.push(report) });
  start(scheduler, { intervalMs, probes });
  await sleep(3000);
  globalThis.gc?.();
  const before = { cpu: process.cpuUsage(), heap: process.memoryUsage().heapUsed, ms: performance.now() };
  isCounting = true;
  await sleep(forSeconds * 1000);
  isCounting = false;
  const cpu = process.cpuUsage(before.cpu);
  const elapsedS = (performance.now() - before.ms) / 1000;
  scheduler.close();
  globalThis.gc?.();
  const grownKb = Math.round((process.memoryUsage().heapUsed - before.heap) / 1024);
  const good = reports.filter(({ result }) => result.ok);
  const late = reports.map(({ beganMs, dueMs }) => beganMs - dueMs).sort((a, b) => a - b);
  console.log(`${title}
  results per second      ${(reports.length / elapsedS).toFixed(1)} (${reports.length - good.length} failed of ${reports.length})
  CPU                     ${((cpu.user + cpu.system) / 1000 / elapsedS).toFixed(2)} ms per s = ${((cpu.user + cpu.system) / 1e4 / elapsedS).toFixed(1)} % of a core; ${((cpu.user + cpu.system) / Math.max(1, reports.length)).toFixed(0)} µs per check
  begin after due         p50 ${at(late, 0.5)} ms, p99 ${at(late, 0.99)} ms, worst ${at(late, 1)} ms
  interval of the good    off by ${spread(good, intervalMs)} ms at most
  fullest 100 ms          ${fullest(reports)} of ${reports.length} begins
  heap after − before     ${grownKb} KiB (with ${reports.length} reports kept by this benchmark)
`);
}

function spread(reports, intervalMs) {
  const gaps = [...Map.groupBy(reports, ({ id }) => id).values()].flatMap((one) =>
    one.slice(1).map(({ beganMs }, index) => Math.abs(beganMs - one[index].beganMs - intervalMs)),
  );
  return gaps.length === 0 ? 0 : Math.max(...gaps).toFixed(1);
}

function fullest(reports) {
  const slots = Map.groupBy(reports, ({ beganMs }) => Math.floor(beganMs / 100));
  return Math.max(0, ...[...slots.values()].map(({ length }) => length));
}

function at(sorted, share) {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
