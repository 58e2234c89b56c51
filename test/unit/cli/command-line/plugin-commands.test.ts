import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tappet } from '../run-tappet.ts';
import { serveFake } from '../../plugin-control/serve-fake.ts';

let cwd: string;
let entry: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tappet-plugin-commands-'));
  const folder = join(cwd, 'node_modules', 'tappet-plugin-demo');
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  entry = join(folder, 'cli.js');
  writeFileSync(join(cwd, 'services.toml'), 'plugins = ["demo"]\n');
  const exports = { '.': './index.js', './cli': { types: './cli.d.ts', default: './cli.js' } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'tappet-plugin-demo', type: 'module', exports }));
  writeFileSync(join(folder, 'index.js'), 'throw new Error("the plugin itself is not loaded for a command")');
});
afterEach(() => rmSync(cwd, { recursive: true }));

const GREET = `
export const commands = [{
  name: 'greet',
  summary: 'say hello',
  async run({ args, io, connect, directory }) {
    if (args.includes('--status')) io.out((await (await connect({ socket: args[1] })).status()).project);
    else io.out(args.join(',') + ' in ' + directory);
    return 7;
  },
}, { name: 'status', summary: 'cannot replace ours', run: async () => 9 }];
`;

describe('a command of a plugin', () => {
  it('runs with the words after it, options included, and its exit code', async () => {
    writeFileSync(entry, GREET);
    const ran = await tappet(['greet', '--loud', 'you', '--help'], { cwd });
    expect(ran).toEqual({ code: 7, out: `--loud,you,--help in ${cwd}`, err: '' });
  });

  it('gets a client of the supervisor', async () => {
    writeFileSync(entry, GREET);
    await using served = await serveFake();
    expect(await tappet(['greet', '--status', served.socket], { cwd })).toMatchObject({ code: 7, out: 'fake' });
  });

  it('stands in the help with the plugin it comes from', async () => {
    writeFileSync(entry, GREET);
    const { out } = await tappet(['--help'], { cwd });
    expect(out).toMatch(/greet \[args\.\.\.\] +say hello \(plugin demo\)/);
  });

  it('never replaces a command of tappet', async () => {
    writeFileSync(entry, GREET);
    expect((await tappet(['status', '--socket', '/nowhere'], { cwd })).code).toBe(3);
    expect((await tappet(['--help'], { cwd })).out).not.toContain('cannot replace ours');
  });

  it.each([
    ['that throws when it is loaded', 'throw new Error("broken")', 'broken'],
    ['without commands', 'export const command = 1;', 'does not export "commands"'],
  ])('%s is told and the rest goes on', async (_what, text, message) => {
    writeFileSync(entry, text);
    const help = await tappet(['--help'], { cwd });
    expect(help.code).toBe(0);
    expect(help.err).toContain('commands of plugin demo');
    expect(help.err).toContain(message);
    expect(await tappet(['greet'], { cwd })).toMatchObject({ code: 2 });
  });

  it.skipIf(isNotRoot())('is not loaded by root from a file that others may write', async () => {
    writeFileSync(entry, GREET);
    chmodSync(entry, 0o666);
    const ran = await tappet(['greet'], { cwd });
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toContain('may be written by others');
  });
});

function isNotRoot(): boolean {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot) console.warn('skipped: only root refuses files that others may write, and this is not root');
  return !isRoot;
}
