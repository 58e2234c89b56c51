import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { bench, type Bench, until } from '../support/tappet.ts';

const COUNT = 20;
const ROUNDS = 5;

/** Numbers of seconds that no other `sleep` on this machine has. */
const first = 200_000 + process.pid * 10;
const [MAIN, CHILD] = [String(first), String(first + 1)];

/** Process ids of the living `sleep SECONDS`. */
function sleepers(seconds: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'latin1') === `sleep\0${seconds}\0` ? Number(name) : [];
    } catch {
      return [];
    }
  });
}

/** The supervisor's process id, once it answers. */
async function supervisorOf(stack: Bench, notThis?: number): Promise<number> {
  let pid: number | undefined;
  await until(async () => {
    const { code, stdout } = await stack.run(['status', '--json']);
    pid = code === 0 ? (JSON.parse(stdout) as { pid: number }).pid : undefined;
    return pid !== undefined && pid !== notThis;
  }, 'a supervisor answers');
  return pid ?? 0;
}

it('killing services, their children and the supervisor again and again leaves each service running once, and nothing after down', async () => {
  const services = Array.from(
    { length: COUNT },
    (_, index) => `[[services]]\nname = "s${index}"\ncommand = "./forks.sh"`,
  );
  await using stack = bench(`
[defaults]
restart = { policy = "always", delay = "10ms", max_attempts = 0 }
${services.join('\n')}
`);
  // One child leaves the session, the other is left behind by its parent.
  const program = stack.write(
    'forks.sh',
    `#!/bin/sh\nsetsid sleep ${CHILD} &\n( sleep ${CHILD} & )\nexec sleep ${MAIN}\n`,
  );
  chmodSync(program, 0o755);
  stack.up(['--guard']);
  await until(() => sleepers(MAIN).length === COUNT && sleepers(CHILD).length === 2 * COUNT, 'all are up');

  let supervisor = await supervisorOf(stack);
  for (let round = 0; round < ROUNDS; round++) {
    const doomed = [...sleepers(MAIN), ...sleepers(CHILD)].filter((_, index) => index % ROUNDS === round);
    // Before, with and after the supervisor: some die seen, some unseen.
    doomed.forEach((pid, index) => {
      if (index === Math.floor((doomed.length * round) / ROUNDS)) process.kill(supervisor, 'SIGKILL');
      killIfThere(pid);
    });
    supervisor = await supervisorOf(stack, supervisor);
  }

  await until(async () => {
    const states = (await stack.status()).services.map(({ state }) => state);
    return states.every((state) => state === 'RUNNING') && sleepers(MAIN).length === COUNT;
  }, 'everybody is back');
  const pids = (await stack.status()).services.map(({ pid }) => pid ?? 0);
  expect(new Set(pids)).toEqual(new Set(sleepers(MAIN)));

  expect((await stack.run(['down'])).code).toBe(0);
  expect([...sleepers(MAIN), ...sleepers(CHILD)]).toEqual([]);
});

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went with the service that it belonged to.
  }
}
