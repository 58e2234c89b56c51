import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tappet } from './run-tappet.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tappet-check-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

function configure(toml: string): void {
  writeFileSync(join(cwd, 'services.toml'), toml);
}

const env = { PATH: '/usr/bin:/bin' };

describe('tappet check', () => {
  it('says that all is well', async () => {
    configure('[[services]]\nname = "web"\ncommand = "sleep 1"\n');
    expect(await tappet(['check'], { cwd, env })).toEqual({
      code: 0,
      out: `${join(cwd, 'services.toml')} is fine: 1 service\n`,
      err: '',
    });
  });

  it('shows every issue at once, each with its place and what to do', async () => {
    configure(`
[[services]]
name = "web"
command = "no-such-program"
user = "no-such-user"
depends_on = ["dbb"]

[[services]]
name = "db"
command = "sleep 1"
requierd = true
`);
    const { code, out, err } = await tappet(['check'], { cwd, env });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    const file = join(cwd, 'services.toml');
    expect(err).toContain(`${file}:6:`);
    expect(err).toContain('did you mean "db"?');
    expect(err).toContain(`${file}:11:1: error:`);
    expect(err).toContain('did you mean "required"?');
    expect(err).toMatch(/\d errors, nothing was started\n$/);
  });

  it('looks at the machine when the form is right: users, and commands with the PATH they were looked for in', async () => {
    configure('[[services]]\nname = "web"\ncommand = "no-such-program"\nuser = "no-such-user"\n');
    const { code, err } = await tappet(['check'], { cwd, env });
    expect(code).toBe(2);
    expect(err).toContain(`${join(cwd, 'services.toml')}:3:11: error:`);
    expect(err).toContain('/usr/bin:/bin');
    expect(err).toContain('services.toml:4:8: error: cannot run service "web" as user "no-such-user"');
  });

  it('points at a syntax error', async () => {
    configure('[[services]]\nname = web\n');
    const { code, err } = await tappet(['check'], { cwd, env });
    expect(code).toBe(2);
    expect(err).toContain('services.toml:2:8: error:');
    expect(err).toContain('2 | name = web');
  });

  it('names the package of a plugin that is not installed, and does not call its sections unknown', async () => {
    configure('plugins = ["nope"]\n[[services]]\nname = "web"\ncommand = "sleep 1"\nnope = { a = 1 }\n');
    const { code, err } = await tappet(['check'], { cwd, env });
    expect(code).toBe(2);
    expect(err).toContain('npm install tappet-plugin-nope');
    expect(err).toContain('1 error, ');
  });

  it('checks the tables and keys of plugins against their schemas', async () => {
    const folder = join(cwd, 'node_modules', 'tappet-plugin-budget');
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'tappet-plugin-budget', type: 'module', version: '1.0.0', exports: './index.js' }),
    );
    writeFileSync(
      join(folder, 'index.js'),
      `const positive = { '~standard': { version: 1, vendor: 'test', validate: (value) =>
         value.limit === undefined || value.limit > 0 ? { value } : { issues: [{ message: 'must be positive', path: ['limit'] }] } } };
       export default { name: 'budget', configSchema: positive, serviceSchema: positive, setup() { throw new Error('not set up'); } };`,
    );
    configure(`plugins = ["budget"]
[[services]]
name = "web"
command = "sleep 1"
[services.budget]
limit = -1
`);
    const { code, err } = await tappet(['check'], { cwd, env });
    expect(code).toBe(2);
    expect(err).toContain('services.toml:6:9: error:');
    expect(err).toContain('must be positive');
    expect(err).not.toContain('not set up');
  });

  it('tells what plugins find when they are set up, in the place, without starting anything', async () => {
    configure(`plugins = ["healthcheck"]
[[services]]
name = "db"
command = "sleep 1"
[[services]]
name = "web"
command = "sleep 1"
instances = 2
[services.healthcheck]
exec = "no-such-probe --now"
`);
    const { code, err } = await tappet(['check'], { cwd, env });
    expect(code).toBe(2);
    expect(err).toContain(`${join(cwd, 'services.toml')}:10:8: error:`);
    expect(err).toContain('cannot run "no-such-probe": it is not in PATH');
    expect(err).toContain('1 error, nothing was started');
  });

  it('looks for variables of plugins in the environment that it was given', async () => {
    configure(`plugins = ["healthcheck"]
[[services]]
name = "web"
command = "sleep 1"
[services.healthcheck]
tcp = "localhost:\${TAPPET_CHECK_PORT}"
`);
    expect((await tappet(['check'], { cwd, env })).err).toContain(
      'services.toml:6:7: error: cannot expand "healthcheck.tcp"',
    );
    expect(await tappet(['check'], { cwd, env: { ...env, TAPPET_CHECK_PORT: '80' } })).toMatchObject({
      code: 0,
      err: '',
    });
  });

  it('prints the issues as JSON', async () => {
    configure('[[services]]\nname = "web"\ncomand = "x"\n');
    const { code, out } = await tappet(['check', '--json'], { cwd, env });
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      issues: expect.arrayContaining([expect.objectContaining({ line: 3 })]),
    });
  });

  it('says where it looked when there is no configuration', async () => {
    const { code, err } = await tappet(['check'], { cwd, env });
    expect(code).toBe(2);
    expect(err).toContain('cannot find a configuration');
    expect(err).toContain('tappet init');
  });
});

describe('tappet init', () => {
  it('writes a configuration that passes the check, and never replaces one unasked', async () => {
    expect(await tappet(['init', '--yes'], { cwd, env })).toMatchObject({ code: 0 });
    expect(await tappet(['check'], { cwd, env })).toMatchObject({ code: 0, err: '' });
    const before = readFileSync(join(cwd, 'services.toml'), 'utf8');
    const again = await tappet(['init', '--yes'], { cwd, env });
    expect(again).toMatchObject({ code: 2, out: '' });
    expect(again.err).toContain('it exists\n  use --force');
    expect(readFileSync(join(cwd, 'services.toml'), 'utf8')).toBe(before);
    expect(await tappet(['init', '--force'], { cwd, env })).toMatchObject({ code: 0 });
  });
});

describe('tappet schema', () => {
  it('prints one JSON Schema, with or without a configuration', async () => {
    const { code, out } = await tappet(['schema'], { cwd, env });
    expect(code).toBe(0);
    expect(Object.keys((JSON.parse(out) as { properties: object }).properties)).toContain('services');
  });
});
