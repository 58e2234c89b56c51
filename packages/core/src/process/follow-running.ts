import type { ProcessIdentity, SpawnRequest } from './contract.ts';
import { isAlive } from './identity.ts';
import type { LayerParts } from './layer-parts.ts';
import type { Running } from './running.ts';

export interface FollowOptions {
  readonly request: SpawnRequest;
  readonly running: Running;
  /** The `sh` that writes the exit code of a durable service down. */
  readonly parent: ProcessIdentity | undefined;
}

/** Ends `running` when its main process, which is not our child, is gone. */
export function followRunning({ request, running, parent }: FollowOptions, parts: LayerParts): void {
  const { follower, channels } = parts;
  const followed = follower.follow(running.identity, () => {
    running.leaderEnded();
    void exitCode({ request, parent }, parts).then((code) => running.ended({ code, signal: undefined }));
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
  { request, parent }: { request: SpawnRequest; parent: ProcessIdentity | undefined },
  { records, clock }: LayerParts,
): Promise<number | undefined> {
  if (!request.durable) return undefined;
  const deadlineMs = clock.nowMs() + EXIT_FILE_TIMEOUT_MS;
  for (;;) {
    const isParentAlive = parent !== undefined && isAlive(parent);
    const code = records.readExitCode(request);
    if (code !== undefined || !isParentAlive || clock.nowMs() >= deadlineMs) return code;
    await new Promise<void>((resolve) => void clock.setTimer(EXIT_FILE_LOOK_MS, resolve));
  }
}
