import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import type { Plan } from '../../../../packages/core/src/plan/plan.ts';
import { isGoOverlayFile, isMigration } from '../../../../packages/core/src/plan/go-overlay.ts';
import { buildWith, issueLines } from './build-with.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/config/go-overlay');

function read(name: string): { plan: Plan | undefined; issues: string[] } {
  const file = join(FOLDER, name);
  const result = buildWith(parse(readFileSync(file, 'utf8')), { file, directory: FOLDER });
  return { plan: result.plan, issues: issueLines(result) };
}
const edges = (plan: Plan | undefined): Record<string, string> =>
  Object.fromEntries(
    (plan?.services ?? []).map(({ name, dependsOn }) => [
      name,
      dependsOn.map(({ service, waitAfterMs }) => `${service}+${waitAfterMs / 1000}`).join(' '),
    ]),
  );

describe('files for Go Overlay are read unchanged', () => {
  test.each(readdirSync(FOLDER))('%s', (name) => {
    const { plan, issues } = read(name);
    expect(issues.filter((line) => !line.startsWith('warning '))).toEqual([]);
    expect(plan?.services.length).toBeGreaterThan(0);
    expect(plan?.services.every(({ inheritEnv }) => inheritEnv === true)).toBe(true);
  });

  test('every form of depends_on and wait_after', () => {
    const { plan, issues } = read('every-form.toml');
    expect(issues).toEqual([]);
    expect(edges(plan)).toEqual({
      base: '',
      'text-and-number': 'base+2',
      'list-and-number': 'base+3',
      'list-and-table': 'base+4',
      'two-and-number': 'base+5 text-and-number+5',
      'three-and-table': 'base+1 text-and-number+2 list-and-number+3',
      'inline-table': 'two-and-number+5 list-and-table+2',
      'text-wait': 'base+5',
      'no-wait': 'base+0',
      'Mixed_Case.name': 'base+0',
    });
  });

  test('every key', () => {
    const { plan } = read('every-key.toml');
    expect(plan?.timeouts).toEqual({
      postScriptMs: 9000,
      serviceShutdownMs: 12_000,
      globalShutdownMs: 31_000,
      dependencyWaitMs: 250_000,
    });
    expect(plan?.services.map(({ name, enabled, required }) => `${name} ${enabled} ${required}`)).toEqual([
      'nginx true true',
      'node-app true false',
      'php-fpm true true',
      'mariadb false false',
    ]);
    expect(plan?.services[0]).toMatchObject({
      args: ['-g', "'daemon off;'"],
      preScript: { kind: 'file', path: '/scripts/nginx-pre.sh' },
      dependsOn: [{ service: 'php-fpm', condition: 'default', waitAfterMs: 3000 }],
      restart: { policy: 'never' },
      stopTimeoutMs: 12_000,
    });
    expect(plan?.services[1]).toMatchObject({ user: 'node', logFile: '/var/log/node-app.log', dependsOn: [] });
    expect(plan?.services[3]?.posScript).toEqual({ kind: 'file', path: '/scripts/mariadb-pos.py' });
  });

  test('waits for services that are no dependencies are warnings and have no effect', () => {
    const { plan, issues } = read('many-dependencies.toml');
    expect(issues).toEqual([
      'warning ERR_CONFIG_UNKNOWN_KEY services[4].wait_after.flask (key): cannot wait after "flask" in service "clock": it is not in depends_on | add "flask" to depends_on, or remove the line',
      'warning ERR_CONFIG_UNKNOWN_KEY services[4].wait_after.queue (key): cannot wait after "queue" in service "clock": it is not in depends_on | add "queue" to depends_on, or remove the line',
      'warning ERR_CONFIG_UNKNOWN_KEY services[4].wait_after.clock (key): cannot wait after "clock" in service "clock": it is not in depends_on | a service cannot wait after itself; remove the line',
    ]);
    expect(edges(plan)).toMatchObject({
      clock: 'redis+2',
      watcher: 'flask+5 queue+5 clock+5',
      flask: 'redis+2 postgres+5',
    });
  });

  test('the web stack', () => {
    const { plan, issues } = read('web-stack.toml');
    expect(issues).toEqual([
      'warning ERR_CONFIG_TYPE services[1].name: service "db-migration" is taken for a oneshot because of its name: dependents wait for its end | write type = "oneshot" or "simple" to say it yourself, and inherit_env = true under [defaults]: the file is no Go Overlay file then',
    ]);
    expect(plan?.services.map(({ type }) => type)).toEqual(['simple', 'oneshot', 'simple', 'simple', 'simple']);
    expect(edges(plan)).toEqual({
      redis: '',
      'db-migration': '',
      'web-server': 'redis+2 db-migration+1',
      worker: 'redis+2 web-server+0',
      nginx: 'web-server+3',
    });
    expect(plan?.services[2]).toMatchObject({
      args: ['--port', '8080', '--redis', 'localhost:6379', '--env', 'production'],
      user: 'appuser',
      preScript: { kind: 'inline', text: '#!/bin/bash\nredis-cli -h localhost -p 6379 ping || exit 1\n' },
      posScript: { kind: 'inline', text: '#!/bin/bash\necho "web server is down"\n' },
    });
    expect(plan?.timeouts.postScriptMs).toBe(30_000);
  });

  test('variables in scripts are left to the shell', () => {
    const script = read('inline-pre-scripts.toml').plan?.services[2]?.preScript;
    expect(script).toMatchObject({ kind: 'inline', text: expect.stringContaining('${PGHOST:-localhost}') });
  });
});

test('a service is a migration by a word of its name', () => {
  const names = ['db-migration', 'migrate', 'run_migrations', 'Migrate.db', 'immigration', 'migrator', 'web'];
  expect(names.filter(isMigration)).toEqual(['db-migration', 'migrate', 'run_migrations', 'Migrate.db']);
});

describe('a file counts as one for Go Overlay', () => {
  const plain = { timeouts: {}, services: [{ name: 'a', command: 'x', log_file: 'y' }] };
  test.each<{ summary: string; raw: unknown; file: string | undefined; expected: boolean }>([
    { summary: 'with its keys only', raw: plain, file: '/services.toml', expected: true },
    { summary: 'not from memory', raw: plain, file: undefined, expected: false },
    { summary: 'not as JSON', raw: plain, file: '/services.json', expected: false },
    { summary: 'not when it is named for Tappet', raw: plain, file: '/x/tappet.toml', expected: false },
    { summary: 'not with plugins', raw: { ...plain, plugins: [] }, file: '/services.toml', expected: false },
    { summary: 'not with a project', raw: { ...plain, project: 'a' }, file: '/services.toml', expected: false },
    { summary: 'not with defaults', raw: { ...plain, defaults: {} }, file: '/services.toml', expected: false },
    {
      summary: 'not with another key in a service',
      raw: { services: [{ name: 'a', command: 'x', restart: 'always' }] },
      file: '/services.toml',
      expected: false,
    },
    { summary: 'not without services', raw: { timeouts: {} }, file: '/services.toml', expected: false },
    { summary: 'not when it is no table', raw: 5, file: '/services.toml', expected: false },
  ])('$summary', ({ raw, file, expected }) => {
    expect(isGoOverlayFile(raw, file)).toBe(expected);
  });
});
