import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { referenceVersion, runBoth, type Scenario } from './differential.ts';
import type { Entry } from './tree.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/logrotate/packages', import.meta.url));
/** More directories can be named, say one with unpacked packages. */
const DIRECTORIES = ['/etc/logrotate.d', ...(process.env['TAPPET_LOGROTATE_FILES']?.split(':') ?? [])];

const isRoot = process.geteuid?.() === 0;
const canRun = referenceVersion !== undefined && isRoot;
if (!canRun) {
  const why = referenceVersion === undefined ? 'logrotate is not installed' : 'only root can give files away';
  if (process.env['CI'] !== undefined) throw new Error(`cannot compare with logrotate: ${why}`);
  console.warn(`skipped: packaged files: ${why}`);
}

describe.runIf(canRun)('files as packages ship them', () => {
  it.each(filesIn(FIXTURES))('$name, rotated four times', ({ text, name }) => {
    const { reference, ours } = runBoth(scenarioOf({ name, text }));
    expect(ours).toEqual(reference);
    expect(ours.tree.some((line) => /\.1 |\.1\.gz /.test(line))).toBe(true);
  });

  it.each(DIRECTORIES.flatMap(filesIn))('$name, rotated four times', ({ text, name }) => {
    const { reference, ours } = runBoth(scenarioOf({ name, text: withoutScripts(text) }));
    expect(ours).toEqual(reference);
  });
});

interface PackagedFile {
  readonly name: string;
  readonly text: string;
}

function filesIn(directory: string): PackagedFile[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory).map((name) => ({ name, text: readFileSync(`${directory}/${name}`, 'utf8') }));
}

/** The file moved into the tree of a scenario, with a log for each of its names. */
function scenarioOf({ name, text }: PackagedFile): Scenario {
  const config = text.replaceAll('/var/log', '$D');
  const logs = [...config.matchAll(/^"?\$D\/([^\s"{]+)/gm)].map((match) => (match[1] ?? '').replaceAll('*', 'x'));
  const fill = (content: string): Record<string, Entry> =>
    Object.fromEntries(logs.filter((log) => !log.includes('none')).map((log) => [log, content]));
  return { name, tree: fill('first\n'), config, between: [fill('second\n'), fill('third\n'), {}] };
}

/** Scripts of the machine's own files must not run in a test: they say their arguments instead. */
function withoutScripts(text: string): string {
  return text.replace(
    /^([ \t]*(?:prerotate|postrotate|firstaction|lastaction|preremove)\b).*\n[\s\S]*?^[ \t]*endscript/gm,
    '$1\n  echo "$@"\nendscript',
  );
}
