import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { bench, until } from '../support/tappet.ts';

const FOLDER = fileURLToPath(new URL('../../fixtures/config/go-overlay/', import.meta.url));
const FILES = [
  'bun-and-caddy',
  'every-form',
  'express-and-prisma',
  'fastapi-and-alembic',
  'flask-and-celery',
  'inline-pre-scripts',
  'many-dependencies',
  'single-service',
  'every-key',
  'without-timeouts',
] as const;

interface Service {
  readonly name: string;
  readonly depends_on?: string | readonly string[];
  readonly wait_after?: number | string | Readonly<Record<string, number | string>>;
  readonly enabled?: boolean;
}

/**
 * The same file with stand-ins: each command becomes one that sleeps (a migration ends), pauses shrink to a tenth, scripts
 * and users of other machines go. Structure, names, dependencies and the form of each value stay.
 */
function withStandIns(text: string): string {
  return text
    .replaceAll(/"""[\s\S]*?"""/g, '"true"')
    .split('\n')
    .filter((line) => !/^\s*(user|log_file)\s*=/.test(line))
    .join('\n')
    .replaceAll(/^(\s*)command\s*=.*$/gm, '$1command = "/bin/sh"')
    .replaceAll(/^(\s*)(pre_script|pos_script|post_script)\s*=\s*".*"$/gm, '$1$2 = "true"')
    .replaceAll(/^(\s*)args\s*=\s*\[[\s\S]*?\]/gm, '')
    .replaceAll(/\[\[services\]\]\s*\n\s*name\s*=\s*"([^"]*)"/g, (head, name: string) =>
      /migrat/.test(name) ? `${head}\nargs = ["-c", "sleep 0.3"]` : `${head}\nargs = ["-c", "exec sleep 1000"]`,
    );
}

function dependenciesOf({ depends_on: value }: Service): readonly string[] {
  if (value === undefined || value === '') return [];
  return typeof value === 'string' ? [value] : value;
}

function pauseMs({ wait_after: value }: Service, dependency: string): number {
  const pause = typeof value === 'object' ? value[dependency] : value;
  return pause === undefined ? 0 : Number.parseFloat(String(pause)) * 1000;
}

describe('files written for Go Overlay', () => {
  it.each(FILES)('%s: is read unchanged', async (name) => {
    await using stack = bench(readFileSync(join(FOLDER, `${name}.toml`), 'utf8'));
    const { stdout } = await stack.run(['check', '--json']);
    const report = JSON.parse(stdout) as { issues: { code: string; severity?: string }[] };
    // What is missing on this machine (programs, scripts, accounts) is named; the form of the file is never at fault.
    const formal = report.issues.filter(
      ({ code, severity }) =>
        severity !== 'warning' && code !== 'ERR_CONFIG_COMMAND' && code !== 'ERR_CONFIG_UNKNOWN_USER',
    );
    expect(formal).toEqual([]);
  });

  it.each(['express-and-prisma', 'flask-and-celery', 'fastapi-and-alembic', 'inline-pre-scripts'] as const)(
    '%s: starts in the documented order with stand-ins',
    async (name) => {
      const text = withStandIns(readFileSync(join(FOLDER, `${name}.toml`), 'utf8'));
      const { services } = parse(text) as unknown as { services: Service[] };
      await using stack = bench(text);
      const daemon = stack.up();
      const startedMs = new Map<string, number>();
      await daemon.line(/All services started|Not every service/);
      const { stdout } = await stack.run(['events', '--json']);
      const satisfiedMs = new Map<string, number>();
      for (const line of stdout.trim().split('\n')) {
        const event = JSON.parse(line) as { type: string; service?: string; to?: string; time: string };
        if (event.type !== 'state' || event.service === undefined) continue;
        const atMs = Date.parse(event.time);
        if (event.to === 'STARTING') startedMs.set(event.service, atMs);
        const isMigration = event.service.includes('migrat');
        if (event.to === (isMigration ? 'STOPPED' : 'RUNNING')) satisfiedMs.set(event.service, atMs);
      }
      for (const service of services.filter(({ enabled }) => enabled !== false)) {
        for (const dependency of dependenciesOf(service)) {
          const waited = Number(startedMs.get(service.name)) - Number(satisfiedMs.get(dependency));
          expect(waited, `${service.name} after ${dependency}`).toBeGreaterThanOrEqual(
            pauseMs(service, dependency) - 20,
          );
        }
      }
      expect(startedMs.size).toBe(services.filter(({ enabled }) => enabled !== false).length);
    },
  );

  it('shows a cycle as a whole, and the nearest name of a dependency that does not exist', async () => {
    await using stack = bench(`
[[services]]
name = "a"
command = "/bin/sleep"
depends_on = "b"
[[services]]
name = "b"
command = "/bin/sleep"
depends_on = ["c"]
[[services]]
name = "c"
command = "/bin/sleep"
depends_on = ["a"]
[[services]]
name = "web"
command = "/bin/sleep"
depends_on = "rediss"
[[services]]
name = "redis"
command = "/bin/sleep"
`);
    const { code, stderr } = await stack.run(['up']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/a → b → c → a/);
    expect(stderr).toMatch(/did you mean "redis"\?/);
    expect(stderr).toMatch(/services\.toml:17:14/);
  });

  it('does not start what is not enabled, and writes log_file', async () => {
    await using stack = bench(`
[timeouts]
post_script_timeout = 7
service_shutdown_timeout = 10
global_shutdown_timeout = 30
dependency_wait_timeout = 300

[[services]]
name = "talker"
command = "/bin/sh"
args = ["-c", "echo out; echo err >&2; exec sleep 1000"]
log_file = "talker.log"

[[services]]
name = "off"
command = "/bin/sleep"
args = ["1000"]
enabled = false
`);
    const daemon = stack.up();
    await daemon.line(/All services started/);
    const log = join(stack.folder, 'talker.log');
    await until(
      () => existsSync(log) && readFileSync(log, 'utf8') === 'out\nerr\n',
      'both lines are in the file, in order',
    );
    expect((await stack.status()).services.map(({ state }) => state)).toEqual(['RUNNING', 'STOPPED']);
  });
});
