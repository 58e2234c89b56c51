import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildTree, describeTree, type Entry } from './tree.ts';

/** A tree, a configuration and how often the program is run over it. `$D` is the directory of the tree. */
export interface Scenario {
  readonly name: string;
  readonly tree: Readonly<Record<string, Entry>>;
  readonly config: string;
  /** Mode of the configuration file. */
  readonly configMode?: number;
  /** Default: `-f`. */
  readonly args?: readonly string[];
  readonly state?: string;
  readonly stateMode?: number;
  /** What happens between runs: content for these files. The program runs once more than this list is long. */
  readonly between?: readonly Readonly<Record<string, Entry>>[];
  /** Only meaningful against a reference of at least this version: an older one does something else. */
  readonly since?: '3.22';
  /** The texts of errors are not the same, for the reason given. */
  readonly otherMessages?: string;
}

/** What one program did. */
export interface Result {
  readonly tree: readonly string[];
  readonly state: readonly string[];
  readonly exitCodes: readonly (number | null)[];
  readonly stdout: string;
  readonly errors: readonly string[];
}

const BIN = fileURLToPath(new URL('../../../packages/plugin-logrotate/src/bin.ts', import.meta.url));
const REFERENCE = process.env['TAPPET_LOGROTATE_REFERENCE'] ?? 'logrotate';

/** The version of the C program here, undefined when it is not installed. */
export const referenceVersion: string | undefined = versionOf(REFERENCE);

function versionOf(command: string): string | undefined {
  const { stdout, stderr } = spawnSync(command, ['--version'], { encoding: 'utf8', env: withSbin() });
  return /^logrotate (\d+\.\d+)/m.exec(`${stdout}${stderr}`)?.[1];
}

/** Runs both programs over the same tree at the same path, one after the other. */
export function runBoth(scenario: Scenario): { readonly reference: Result; readonly ours: Result } {
  const root = mkdtempSync(join(tmpdir(), 'tappet-logrotate-'));
  chmodSync(root, 0o755);
  try {
    for (;;) {
      const hour = new Date().getHours();
      const reference = runOne(scenario, { root, command: REFERENCE, prefix: [] });
      const ours = runOne(scenario, { root, command: process.execPath, prefix: [BIN] });
      // The names of dated copies and the first entry of a state change with the hour.
      if (new Date().getHours() !== hour) continue;
      return { reference: withoutPlace(reference, root), ours: withoutPlace(ours, root) };
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Results without what changes from run to run: the directory and the date. */
export function withoutPlace(result: Result, root: string): Result {
  const today = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  return JSON.parse(JSON.stringify(result).replaceAll(root, '$ROOT').replaceAll(today, '$TODAY')) as Result;
}

function runOne(
  scenario: Scenario,
  { root, command, prefix }: { root: string; command: string; prefix: readonly string[] },
): Result {
  for (const part of ['tree', 'state', 'config']) rmSync(join(root, part), { recursive: true, force: true });
  const tree = join(root, 'tree');
  mkdirSync(tree, { mode: 0o755 });
  buildTree(tree, scenario.tree);
  const place = (text: string): string => text.replaceAll('$D', tree);
  writeFileSync(join(root, 'config'), place(scenario.config));
  chmodSync(join(root, 'config'), scenario.configMode ?? 0o644);
  if (scenario.state !== undefined) {
    writeFileSync(join(root, 'state'), place(scenario.state));
    chmodSync(join(root, 'state'), scenario.stateMode ?? 0o640);
  }
  const args = [...prefix, '-s', join(root, 'state'), ...(scenario.args ?? ['-f']).map(place), join(root, 'config')];
  const exitCodes: (number | null)[] = [];
  let stdout = '';
  let stderr = '';
  for (const step of [undefined, ...(scenario.between ?? [])]) {
    if (step !== undefined) buildTree(tree, step);
    const run = spawnSync(command, args, { cwd: root, encoding: 'utf8', env: withSbin(), timeout: 60_000, input: '' });
    exitCodes.push(run.status);
    stdout += run.stdout;
    stderr += run.stderr;
  }
  return {
    tree: describeTree(tree),
    state: stateOf(join(root, 'state')),
    exitCodes,
    stdout: stdout.replace(/[ \n]+$/gm, ''),
    errors: stderr
      .split('\n')
      .filter((line) => /^(error|warning): /.test(line))
      .map(normalise),
  };
}

/** Entries of a state file in any order; the minute of a rotation that was just now is not compared. */
function stateOf(path: string): string[] {
  if (!existsSync(path)) return ['no state'];
  const now = new Date();
  const today = `${now.getFullYear()}-${now.getMonth() + 1}-${now.getDate()}-${now.getHours()}:`;
  return readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => {
      const at = line.lastIndexOf(today);
      if (at < 0) return line;
      return line.endsWith(`${today}0:0`) ? `${line.slice(0, at)}first seen` : `${line.slice(0, at)}now`;
    })
    .sort();
}

/** Takes away what only 3.21 does: a blank behind a pattern, and errors that are warnings since. */
function normalise(line: string): string {
  return line
    .trimEnd()
    .replace(/ '$/, "'")
    .replace(/ , skipping$/, ', skipping')
    .replace(/, unexpected text/, ' unexpected text')
    .replace(/^error: (.* unknown option )/, 'warning: $1');
}

function withSbin(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C', TZ: 'UTC' };
}
