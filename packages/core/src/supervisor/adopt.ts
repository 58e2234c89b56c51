import { specHash } from '../plan/diff.ts';
import type { ProcessLayer } from '../process/contract.ts';
import type { ProcessRunner } from '../service/process-runner.ts';
import type { Service } from '../service/service.ts';
import type { ServiceRecord } from '../store/contract.ts';
import { unseenEnd } from './records.ts';

/** What adoption needs. */
export interface AdoptOptions {
  readonly records: readonly ServiceRecord[];
  readonly services: ReadonlyMap<string, Service>;
  readonly runners: ReadonlyMap<string, ProcessRunner>;
  readonly layer: ProcessLayer;
  readonly nowMs: number;
  note(level: 'info' | 'warn', message: string, service?: string): void;
}

/**
 * Takes over what an earlier supervisor left: every service that still lives is adopted with its process, every other
 * one remembers how it ended, and what is not in the plan any more is swept away. Services that were at rest stay there.
 */
export async function adoptAll(
  options: AdoptOptions,
): Promise<{ adopted: readonly { service: string; pid: number }[]; atRest: ReadonlySet<string> }> {
  const { records, services } = options;
  const byName = new Map(records.map((record) => [record.service, record]));
  const strangers = records.filter(({ service }) => !services.has(service));
  await Promise.all(strangers.map(({ service }) => dismiss(service, options)));
  const adopted: { service: string; pid: number }[] = [];
  const atRest = new Set<string>();
  for (const service of services.values()) {
    const record = byName.get(service.name);
    const pid = await adoptOne(service, record, options);
    if (pid !== undefined) adopted.push({ service: service.name, pid });
    else if (record !== undefined && service.run === undefined && isRest(record)) atRest.add(service.name);
  }
  return { adopted, atRest };
}

function isRest({ state }: ServiceRecord): boolean {
  return state === 'STOPPED' || state === 'FAILED';
}

async function dismiss(service: string, { layer, note }: AdoptOptions): Promise<void> {
  const killed = await layer.sweepService(service, SWEEP_TIMEOUT_MS);
  if (killed > 0)
    note('warn', `ended ${killed} processes of ${service}, which is not in the configuration any more`, service);
}

async function adoptOne(
  service: Service,
  record: ServiceRecord | undefined,
  { runners, nowMs }: AdoptOptions,
): Promise<number | undefined> {
  // Even without a record the wrapper's own may name a process: the supervisor died between fork and bookkeeping.
  const run = await runners.get(service.name)?.adopt(record?.generation ?? 'unknown', record);
  if (run === undefined) {
    if (record === undefined) return undefined;
    const diedUnseen = record.process !== undefined && !isRest(record);
    service.restore(record, diedUnseen ? unseenEnd(nowMs) : undefined);
    return undefined;
  }
  service.restore(record ?? blankRecord(service), run);
  if (record !== undefined && record.specHash !== specHash(service.spec)) {
    void service.submit({
      action: 'restart',
      actor: 'reload',
      reason: 'its configuration changed while no supervisor ran',
    });
  } else if (record?.state === 'STOPPING' || !service.spec.enabled) {
    void service.submit({ action: 'stop', actor: 'reload', reason: record?.reason ?? 'it is disabled' });
  }
  return run.pid;
}

const SWEEP_TIMEOUT_MS = 5000;

/** For a process that only the wrapper's record knows of. */
function blankRecord(service: Service): ServiceRecord {
  return {
    version: 1,
    service: service.name,
    state: 'STARTING',
    specHash: specHash(service.spec),
    generation: undefined,
    process: undefined,
    ready: false,
    completed: false,
    restarts: 0,
    starts: 1,
    failures: 0,
    consecutiveFailures: 0,
    gaveUp: false,
    held: false,
    lastExit: undefined,
    reason: undefined,
  };
}
