import { localFiles } from './local-files.ts';
import { FileProblem } from './log-files.ts';
import type { RemoteAnswer, RemoteCall } from './remote-files.ts';

/** Runs as the user of a `su` line and does what its parent asks for over the channel, until the parent hangs up. */
const files = localFiles();

process.on('message', (message) => void answer(message as RemoteCall));
process.on('disconnect', () => void files.close());

async function answer({ id, method, args }: RemoteCall): Promise<void> {
  process.send?.(await result({ id, method, args }));
}

async function result({ id, method, args }: RemoteCall): Promise<RemoteAnswer> {
  const operation = files[method] as (...args: readonly unknown[]) => Promise<unknown>;
  try {
    return { id, value: await operation(...args) };
  } catch (error) {
    return { id, problem: error instanceof FileProblem ? error.message : String(error) };
  }
}
