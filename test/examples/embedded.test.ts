import { expect, it } from 'vitest';
import { answer, example, inOrder, start } from './support/running.ts';

const cwd = example('embedded');

it('embedded starts its parts in order, ends by itself and stops them in reverse', async () => {
  await using program = start(['node', 'main.ts'], { cwd, env: { DRAIN_MS: '50' } });

  expect(await program.exited, program.text).toBe(0);

  inOrder(program.text, [
    /http:mgmt listens on \d+/,
    /broker client: 3 of 3 partitions/,
    /ready for traffic: true/,
    /ready for traffic: false/,
    /http:client is closed/,
    /broker client: 0 messages flushed/,
    /broker client: disconnected/,
    /http:mgmt is closed/,
    /ended: it has run long enough/,
  ]);
});

it('embedded is ready last, and goes on serving while it drains', async () => {
  await using program = start(['node', 'main.ts'], { cwd, env: { RUN_MS: '600000', DRAIN_MS: '3000' } });
  const [, mgmt] = await program.said(/http:mgmt listens on (\d+)/);
  const [, client] = await program.said(/http:client listens on (\d+)/);
  expect(await answer(`http://127.0.0.1:${mgmt}/ready`)).toBe('true\n');

  const post = (): Promise<Response> => fetch(`http://127.0.0.1:${client}/messages`, { method: 'POST', body: 'hello' });
  expect((await post()).status).toBe(202);

  program.child.kill('SIGTERM');
  expect(await answer(`http://127.0.0.1:${mgmt}/ready`, 503)).toBe('false\n');
  expect((await post()).status).toBe(202);

  expect(await program.exited, program.text).toBe(0);
  expect(program.text).toMatch(/broker client: 2 messages flushed/);
  expect(program.text).toMatch(/ended: received SIGTERM/);
});
