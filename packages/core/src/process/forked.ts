import type { Timer } from '../clock.ts';
import type { ProcessIdentity, SpawnRequest } from './contract.ts';
import { followRunning } from './follow-running.ts';
import { identitySwitch } from './identity-switch.ts';
import type { LayerParts } from './layer-parts.ts';
import { type PidFileQuery, type PidFileStamp, readPidFile } from './pid-file.ts';
import type { Running } from './running.ts';

export interface ForkedOptions {
  readonly request: SpawnRequest;
  readonly running: Running;
  /** The pid file before the start. */
  readonly stamp: PidFileStamp;
  readonly launcher: ProcessIdentity;
}

const PID_FILE_TIMEOUT_MS = 5000;
const PID_FILE_LOOK_MS = 20;

/** After the launcher of a `forking` service has ended well: finds the process in the background and follows it. */
export function followForked(options: ForkedOptions, parts: LayerParts): void {
  const { request, running } = options;
  const { clock, log, records } = parts;
  const query = queryFor(options, parts);
  const deadlineMs = clock.nowMs() + PID_FILE_TIMEOUT_MS;
  let timer: Timer | undefined;
  running.cleanups.add(() => timer?.cancel());

  function look(): void {
    const found = readPidFile(query);
    if (typeof found !== 'string') {
      running.becomes(found);
      // A supervisor that comes after us finds the process in the background, not its launcher.
      records.write(request, { identity: found, cgroup: records.read(request)?.cgroup });
      followRunning({ request, running, parent: undefined }, parts);
      running.hasForked();
    } else if (clock.nowMs() < deadlineMs) {
      timer = clock.setTimer(PID_FILE_LOOK_MS, look);
    } else {
      log.warn({ service: request.service }, `cannot follow ${request.service} into the background: ${found}`);
      running.ended({ code: undefined, signal: undefined });
    }
  }
  look();
}

function queryFor(options: ForkedOptions, { processes, useSetpriv }: LayerParts): PidFileQuery {
  const { request, running, stamp, launcher } = options;
  const { service, spec } = request;
  const identity = identitySwitch({ service, user: spec.user, group: spec.group, useSetpriv });
  return {
    file: request.forkingPidFile ?? '',
    before: stamp,
    cgroup: running.cgroup?.directory,
    markerPrefix: processes.markerPrefix(service),
    launcher,
    uid: identity?.owner.uid ?? process.getuid?.() ?? 0,
  };
}
