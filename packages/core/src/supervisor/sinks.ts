import type { Clock } from '../clock.ts';
import type { OutputSink, OutputStream } from '../hooks/events.ts';
import type { Logger } from '../log.ts';
import type { ServiceSpec } from '../plan/plan.ts';
import { fileSink } from '../process/file-sink.ts';
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
  if (spec.logFile !== undefined) return fileSink({ path: spec.logFile, resume, log, clock });
  return options.console?.(spec.name, stream, resume);
}
