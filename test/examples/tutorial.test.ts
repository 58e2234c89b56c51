import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freePort, isAlive, until } from '../e2e/support/tappet.ts';
import { answer, REPOSITORY, run, start, TAPPET, temporaryFolder } from './support/running.ts';

const page = readFileSync(join(REPOSITORY, 'docs/tutorial/first-stack.md'), 'utf8');

/** The code blocks of the page in one language, in order. */
function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, text = '']) => text);
}

it('the tutorial is true from its first file to its last command', async () => {
  using folder = temporaryFolder();
  const port = await freePort();
  const options = {
    cwd: folder.path,
    env: { TAPPET_RUNTIME_DIR: join(folder.path, 'run'), PORT: String(port), PATH: pathWithThisNode() },
  };
  const tappet = (...words: string[]): ReturnType<typeof run> => run(['node', TAPPET, ...words], options);
  const url = `http://127.0.0.1:${port}/`;
  const config = join(folder.path, 'services.toml');
  const [server = ''] = blocks('js');
  const [first = '', added = ''] = blocks('toml');
  writeFileSync(join(folder.path, 'web.mjs'), server);
  writeFileSync(config, first);

  expect((await tappet('check')).text).toMatch(/services\.toml is fine: 2 services/);

  await using daemon = start(['node', TAPPET, 'up'], options);
  await daemon.said(/Service greeting completed successfully[\s\S]*web \| listening on[\s\S]*All services started/);
  expect(await answer(url)).toBe('Hello from Tappet\n');

  await fetch(`${url}crash`).catch(() => undefined);
  await daemon.said(/Service 'web' exited with code 7\n\[WARN\] Service web: restart 1\/10/);
  expect(await answer(url)).toBe('Hello from Tappet\n');
  const why = /^web is RUNNING: exited with code 7 → restart 1\/10 → ready\n/;
  await until(async () => why.test((await tappet('why', 'web')).text), 'why tells the restart');

  appendFileSync(config, added);
  expect((await tappet('reload')).text).toBe('reloaded: added ticker; 2 unchanged\n');
  const good = readFileSync(config, 'utf8');
  writeFileSync(config, good.replace('depends_on = "web"', 'depend_on = "web"'));
  const slip = await tappet('reload');
  expect(slip.code).toBe(2);
  expect(slip.text).toMatch(/hint: did you mean "depends_on"\?\nnothing was changed/);
  writeFileSync(config, good);

  expect((await tappet('stop', 'web')).text).toBe('stopped web\n');
  expect((await tappet('status', 'web')).text).toMatch(/^web +STOPPED .*stopped by a user$/m);
  expect((await tappet('start', 'web')).text).toBe('started web\n');

  daemon.child.kill('SIGKILL');
  await daemon.exited;
  expect((await tappet('status')).code).toBe(3);
  expect(await answer(url)).toBe('Hello from Tappet\n');

  await using next = start(['node', TAPPET, 'up'], options);
  const [, pid] = await next.said(/Took over service: web \(PID: (\d+)\)\n[\s\S]*web \| GET \//);
  expect((await tappet('down')).text).toMatch(/hello is down\n$/);
  expect(await next.exited).toBe(0);
  await until(() => !isAlive(Number(pid)), 'the web server is gone');
});

function pathWithThisNode(): string {
  return `${join(process.execPath, '..')}:${process.env['PATH'] ?? ''}`;
}
