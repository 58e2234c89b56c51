import type { ProcessIdentity, SpawnRequest } from './contract.ts';
import { isAlive } from './identity.ts';
import type { Running } from './running.ts';
import type { LayerParts } from './start.ts';

/** Ends `running` when its main process, which is not our child, is gone. */
export function followRunning(
  about: { request: SpawnRequest; running: Running; leader: ProcessIdentity },
  parts: LayerParts,
): void {
  const { request, running, leader } = about;
  const { follower, channels, records } = parts;
  const followed = follower.follow(running.identity, () => {
    running.leaderEnded();
    void exitCode({ request, leader, isDurable: request.durable }, parts).then((code) => {
      records.remove(request);
      running.ended({ code, signal: undefined });
    });
  });
  const channel = channels.of(request.service);
  const watcher = running.cgroup?.onEmpty(followed.hint);
  channel.onEnd.add(followed.hint);
  running.check = followed.check;
  running.cleanups.add(() => {
    followed.close();
    watcher?.close();
    channel.onEnd.delete(followed.hint);
  });
  followed.check();
}

const EXIT_FILE_TIMEOUT_MS = 1000;
const EXIT_FILE_LOOK_MS = 5;

/** Only the parent of a durable service can tell; it needs a moment to write it down. */
async function exitCode(
  about: { request: SpawnRequest; leader: ProcessIdentity; isDurable: boolean },
  { records, clock }: LayerParts,
): Promise<number | undefined> {
  const { request, leader, isDurable } = about;
  if (!isDurable) return undefined;
  const deadlineMs = clock.nowMs() + EXIT_FILE_TIMEOUT_MS;
  for (;;) {
    const isParentAlive = isAlive(leader);
    const code = records.readExitCode(request);
    if (code !== undefined || !isParentAlive || clock.nowMs() >= deadlineMs) return code;
    await new Promise<void>((resolve) => void clock.setTimer(EXIT_FILE_LOOK_MS, resolve));
  }
}
