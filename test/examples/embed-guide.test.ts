import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY, run, temporaryFolder } from './support/running.ts';

const page = readFileSync(join(REPOSITORY, 'docs/how-to/embed-in-a-node-program.md'), 'utf8');
/** The programs of the page: blocks with a file name after the language. */
const programs = new Map(
  [...page.matchAll(/^```ts (\S+)\n([\s\S]*?)^```$/gm)].map(([, name = '', text = '']) => [name, text]),
);
const folder = temporaryFolder();

beforeAll(() => {
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder.path, 'node_modules'));
  writeFileSync(join(folder.path, 'package.json'), '{ "type": "module" }');
  for (const [name, text] of programs) writeFileSync(join(folder.path, name), text);
});
afterAll(() => folder[Symbol.dispose]());

describe('the programs of the guide to embedding', () => {
  it.each([
    ['processes.ts', /^RUNNING\nweb is up\n\n$/],
    ['durable.ts', /^\d+\n$/],
    ['components.ts', /^(tick\n)+enough 0\n$/],
    ['errors.ts', /^TappetError: never-ready was not ready after 3 attempts\n2\n$/],
    ['full.ts', /^web stopped \{"channel":"ops"\}\n$/],
  ])('%s does what it says', async (name, expected) => {
    const runtime = join(folder.path, `run-${name}`);
    mkdirSync(runtime);
    const { code, text } = await run(['node', name], { cwd: folder.path, env: { TAPPET_RUNTIME_DIR: runtime } });

    expect(text).toMatch(expected);
    expect(code).toBe(0);
  });

  it('are all run here, and agree with the types', async () => {
    expect([...programs.keys()].sort()).toEqual([
      'components.ts',
      'durable.ts',
      'errors.ts',
      'full.ts',
      'processes.ts',
    ]);
    const options = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--types', 'node'];
    const target = ['--module', 'nodenext', '--target', 'es2024', '--lib', 'es2024,esnext.disposable'];
    const tsc = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
    const { code, text } = await run(['node', tsc, ...options, ...target, ...programs.keys()], { cwd: folder.path });

    expect(code, text).toBe(0);
  });
});
