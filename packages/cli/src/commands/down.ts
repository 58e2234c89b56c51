import { ControlError } from '@tappet/plugin-control/client';
import type { Invocation } from '../command-line/definition.ts';
import { EXIT } from '../exit-codes.ts';
import { connectToDaemon } from '../find-daemon.ts';
import { formatEvent } from '../output/human-log.ts';
import { startTimeOf } from '../process-presence.ts';

/** How long the supervisor may take to end once its socket is closed. */
const END_LIMIT_MS = 10_000;
const POLL_MS = 20;

/** `tappet down`: asks for the shutdown and shows it until the supervisor is gone. */
export async function run({ options, io }: Invocation): Promise<number> {
  const client = await connectToDaemon(options, io);
  const events = client.events({ follow: true })[Symbol.asyncIterator]();
  const first = await events.next();
  if (first.done === true || first.value.type !== 'snapshot') return EXIT.fine;
  const { pid, project } = first.value.status;
  const startTime = startTimeOf(pid);
  await client.shutdown('tappet down');
  if (options['no-wait'] === true) {
    await events.return?.();
    io.out(`the shutdown of ${project} has begun\n`);
    return EXIT.fine;
  }
  try {
    for (let next = await events.next(); next.done !== true; next = await events.next()) {
      const line =
        next.value.type === 'snapshot' || next.value.type === 'dropped' ? undefined : formatEvent(next.value);
      if (line !== undefined) io.out(`${line}\n`);
    }
  } catch (error) {
    // A supervisor that ends may cut its streams off; whether it ended is seen below.
    if (!(error instanceof ControlError)) throw error;
  }
  if (await hasEnded(pid, startTime)) {
    io.out(`${project} is down\n`);
    return EXIT.fine;
  }
  io.err(`cannot tell whether ${project} is down: PID ${pid} still runs\n  see "tappet status"\n`);
  return EXIT.failed;
}

async function hasEnded(pid: number, startTime: string | undefined): Promise<boolean> {
  const deadline = performance.now() + END_LIMIT_MS;
  for (;;) {
    const found = startTimeOf(pid);
    if (found === undefined || found !== startTime) return true;
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
