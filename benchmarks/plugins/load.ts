import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from '@tappet/core';

/**
 * What loading ten plugins costs a supervisor without services: all of ours, one with a schema of zod, one with a schema of
 * valibot, and plain ones. Each measurement is a process of its own on the built packages, with Node's compile cache as the
 * daemon has it. Run with `npm run build && npx node benchmarks/plugins/load.ts [rounds]`. Goals: at most 40 ms and 15 MB over none.
 */
const ROUNDS = Number(process.argv[2] ?? 11);
const PLUGINS = 10;
const GOAL_MS = 40;
const GOAL_MB = 15;

const workspace = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tappet-load-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const ours = await installOurs();
const libraries = ['zod', 'valibot'].map((name) => installWithSchema(name));
const plain = Array.from({ length: PLUGINS - ours.length - libraries.length }, (_, index) =>
  install(
    `plain-${index}`,
    `export default { name: 'plain-${index}', setup({ hooks }) { hooks.onReady.tap('t', () => {}); } };`,
  ),
);
const all = [...ours, ...libraries, ...plain];
writeFileSync(join(folder, 'measure.mjs'), measuring());

measure(all);
const none: Cost[] = [];
const ten: Cost[] = [];
for (let round = 0; round < ROUNDS; round++) {
  none.push(measure([]));
  ten.push(measure(all));
}
const [ms, mb] = [over(ten, 'ms'), over(ten, 'mb')];
console.log(all.join(', '));
console.log(`start without plugins: median ${median(none, 'ms').toFixed(0)} ms, ${median(none, 'mb').toFixed(1)} MB`);
console.log(
  `with ${all.length}: ${ms.toFixed(0)} ms (CPU ${over(ten, 'cpuMs').toFixed(0)} ms) and ${mb.toFixed(1)} MB more`,
);
for (const name of all) {
  const one = Array.from({ length: 3 }, () => measure([name]));
  const cost = [over(one, 'ms'), over(one, 'cpuMs'), over(one, 'mb')].map((value) => value.toFixed(0));
  console.log(`  ${name} alone: ${cost[0]} ms (CPU ${cost[1]} ms), ${cost[2]} MB`);
}
console.log(ms <= GOAL_MS && mb <= GOAL_MB ? 'goals met' : `goals of ${GOAL_MS} ms and ${GOAL_MB} MB MISSED`);

interface Cost {
  readonly ms: number;
  /** Of all threads: on a busy machine it says more than the time on the clock. */
  readonly cpuMs: number;
  readonly mb: number;
}

/** Ours that have a plugin as their default export. */
async function installOurs(): Promise<readonly string[]> {
  const names: string[] = [];
  for (const entry of readdirSync(join(workspace, 'packages')).filter((name) => name.startsWith('plugin-'))) {
    const module = (await import(`@tappet/${entry}`)) as { readonly default?: Plugin };
    if (module.default === undefined) {
      console.log(`LEFT OUT: @tappet/${entry} has no default export yet, a plain plugin stands in`);
      continue;
    }
    mkdirSync(join(folder, 'node_modules', '@tappet'), { recursive: true });
    symlinkSync(join(workspace, 'packages', entry), join(folder, 'node_modules', '@tappet', entry));
    names.push(module.default.name);
  }
  return names;
}

function installWithSchema(library: string): string {
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  symlinkSync(join(workspace, 'node_modules', library), join(folder, 'node_modules', library));
  const schema =
    library === 'zod' ? 'object({ a: s.number().default(1) })' : 'object({ a: s.optional(s.number(), 1) })';
  return install(
    `with-${library}`,
    `import * as s from '${library}';
     export default { name: 'with-${library}', configSchema: s.${schema}, setup() {} };`,
  );
}

function install(name: string, text: string): string {
  const target = join(folder, 'node_modules', `tappet-plugin-${name}`);
  mkdirSync(target, { recursive: true });
  const manifest = { name: `tappet-plugin-${name}`, version: '1.0.0', type: 'module', exports: './index.js' };
  writeFileSync(join(target, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(target, 'index.js'), text);
  return name;
}

function measuring(): string {
  return `import { enableCompileCache } from 'node:module';
    enableCompileCache(${JSON.stringify(join(folder, 'cache'))});
    const { createSupervisor } = await import(${JSON.stringify(join(workspace, 'packages/core/dist/index.js'))});
    const plugins = JSON.parse(process.argv[2]);
    const load = async () => ({ raw: { project: 'load', plugins }, file: undefined, directory: ${JSON.stringify(folder)}, locate: (issues) => issues });
    const before = process.cpuUsage();
    const startedMs = performance.now();
    const supervisor = createSupervisor({ source: { load } });
    await supervisor.start();
    const ms = performance.now() - startedMs;
    const { user, system } = process.cpuUsage(before);
    if (supervisor.plugins().length !== plugins.length) throw new Error('not every plugin was loaded');
    gc();
    console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1000, mb: process.memoryUsage().rss / 2 ** 20 }));
    supervisor.requestStop('measured');
    await supervisor.ended;`;
}

function measure(plugins: readonly string[]): Cost {
  const args = ['--expose-gc', join(folder, 'measure.mjs'), JSON.stringify(plugins)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Cost;
}

function over(costs: readonly Cost[], key: keyof Cost): number {
  return median(costs, key) - median(none, key);
}

function median(costs: readonly Cost[], key: keyof Cost): number {
  const values = costs.map((cost) => cost[key]).toSorted((left, right) => left - right);
  return values[Math.floor(values.length / 2)] ?? Number.NaN;
}
