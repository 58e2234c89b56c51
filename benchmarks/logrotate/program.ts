/**
 * `tappet-logrotate` on 1,000 logs beside the C program, on the same trees, in turns: nothing to do, all due, all due and compressed.
 * Node's own start, which an empty module takes, is a row of its own; the goal is (ours - Node's start) <= 3 x the C program.
 *
 *   npx node benchmarks/logrotate/program.ts [--rounds 7] [--logs 1000] [--program /usr/sbin/logrotate]
 *
 * Needs root or a folder that only you may write to: both refuse to rotate elsewhere.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { node } from '../supervisor/contenders/node.ts';
import { print } from '../supervisor/harness/report.ts';
import { median } from '../supervisor/harness/statistics.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    logs: { type: 'string', default: '1000' },
    program: { type: 'string', default: '/usr/sbin/logrotate' },
    json: { type: 'boolean', default: false },
  },
});
const count = Number(values.logs);
const folder = mkdtempSync('/var/tmp/tb-program-');
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const bin = join(import.meta.dirname, '../../packages/plugin-logrotate/dist/bin.js');
const empty = join(folder, 'empty.mjs');
writeFileSync(empty, '');
const contenders = [
  { name: 'logrotate (C)', command: [values.program] },
  { name: 'tappet', command: [node, bin] },
  { name: "Node's start", command: [node, empty] },
];
const cases = [
  { name: 'nothing to do', words: 'daily', isDue: false },
  { name: 'all due', words: 'daily\ncreate', isDue: true },
  { name: 'all due, compressed', words: 'daily\ncreate\ncompress', isDue: true },
];

for (const [index, { name, words, isDue }] of cases.entries()) {
  const times = new Map<string, number[]>(contenders.map((contender) => [contender.name, []]));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const contender of contenders) {
      const tree = makeTree(`${index}-${round}-${contender.name.replaceAll(/\W/g, '')}`, { words, isDue });
      times.get(contender.name)?.push(timeRun(contender.command, tree));
      rmSync(tree, { recursive: true });
    }
  }
  const best = (of: string): number => Math.min(...(times.get(of) ?? []));
  const start = best("Node's start");
  const rows = [...times].map(([contender, all]) => ({
    name: contender,
    figures: {
      'best ms': Math.min(...all),
      'median ms': median(all),
      'without start, ÷ C': contender === 'tappet' ? (best(contender) - start) / best('logrotate (C)') : '',
    },
  }));
  print(
    { figure: `${count} logs, ${name}`, goal: '<= 3 x the C program + Node', ratioOf: 'best ms', rows },
    { isJson: values.json },
  );
}

/** Logs of 100 bytes, one block over all of them, and a state in which they were rotated now or the day before yesterday. */
function makeTree(name: string, { words, isDue }: { words: string; isDue: boolean }): string {
  const tree = join(folder, name);
  const logs = join(tree, 'log');
  mkdirSync(logs, { recursive: true, mode: 0o755 });
  const then = new Date(Date.now() - (isDue ? 48 * 3_600_000 : 0));
  const stamp = `${then.getFullYear()}-${then.getMonth() + 1}-${then.getDate()}-${then.getHours()}:0:0`;
  let state = 'logrotate state -- version 2\n';
  for (let log = 0; log < count; log++) {
    const path = join(logs, `service-${String(log).padStart(4, '0')}.log`);
    writeFileSync(path, `${'a line of a log, '.repeat(6).slice(0, 99)}\n`);
    state += `"${path}" ${stamp}\n`;
  }
  writeFileSync(join(tree, 'state'), state, { mode: 0o640 });
  writeFileSync(join(tree, 'conf'), `${logs}/*.log {\nrotate 4\n${words}\n}\n`, { mode: 0o644 });
  return tree;
}

function timeRun([program = '', ...args]: readonly string[], tree: string): number {
  const begin = performance.now();
  const { status, stderr } = spawnSync(program, [...args, '-s', join(tree, 'state'), join(tree, 'conf')]);
  const elapsedMs = performance.now() - begin;
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr.toString().slice(0, 300)}`);
  return elapsedMs;
}
