import type { Clock } from '../clock.ts';
import type { OutputSink, OutputStream } from '../hooks/events.ts';
import type { Logger } from '../log.ts';
import type { ServiceSpec } from '../plan/plan.ts';
import { fileSink } from '../process/file-sink.ts';
import { lookUpUser } from '../process/user.ts';
import type { SupervisorOptions } from './options.ts';

/** Who takes the output of a service that no plugin takes: its `log_file`, else the console of whoever runs the supervisor. */
export function fallbackSink(options: {
  spec: ServiceSpec;
  stream: OutputStream;
  resume: () => void;
  log: Logger;
  clock: Clock;
  console: SupervisorOptions['console'];
}): OutputSink | undefined {
  const { spec, stream, resume, log, clock } = options;
  if (spec.logFile !== undefined && !isConsole(spec.logFile)) {
    const untrustedUid = spec.user === undefined ? undefined : lookUpUser(spec.user)?.uid;
    return fileSink({
      path: spec.logFile,
      resume,
      log,
      clock,
      ...(untrustedUid === undefined ? {} : { untrustedUid }),
    });
  }
  return options.console?.(spec.name, stream, resume);
}

/** `log_file = "/dev/stdout"` is how people say: do not keep a file. */
function isConsole(path: string): boolean {
  return path === '/dev/stdout' || path === '/dev/stderr';
}
