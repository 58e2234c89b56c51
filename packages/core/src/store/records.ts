import * as v from 'valibot';
import { SERVICE_STATES } from '../service/state.ts';
import type { DaemonRecord, ServiceRecord } from './contract.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const text = v.pipe(v.string(), v.maxLength(8192));
const optional = <Schema extends v.GenericSchema>(schema: Schema) => v.optional(schema);

const identity = v.object({ pid: v.pipe(count, v.minValue(1)), startTime: count, bootId: text });

const exit = v.object({
  code: optional(v.pipe(count, v.maxValue(255))),
  signal: optional(v.custom<NodeJS.Signals>((value) => typeof value === 'string' && /^SIG[A-Z0-9]{2,10}$/.test(value))),
  requested: v.boolean(),
  uptimeMs: v.number(),
  outcome: v.picklist(['success', 'stopped', 'killed', 'failure', 'unknown']),
  failure: v.boolean(),
  error: optional(text),
});

const service = v.object({
  version: v.literal(1),
  service: text,
  state: v.picklist(SERVICE_STATES),
  specHash: text,
  generation: optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._@-]*$/), v.maxLength(200))),
  process: optional(identity),
  ready: v.boolean(),
  completed: v.boolean(),
  restarts: count,
  starts: count,
  failures: count,
  consecutiveFailures: count,
  gaveUp: v.boolean(),
  held: v.boolean(),
  lastExit: optional(exit),
  reason: optional(text),
});

const daemon = v.object({
  version: v.literal(1),
  pid: v.pipe(count, v.minValue(1)),
  startTime: count,
  bootId: text,
  project: text,
  configFile: optional(text),
  shutdown: optional(v.object({ reason: text, exitCode: v.pipe(count, v.maxValue(255)) })),
});

/** A record as it lies in its file: with the boot that it belongs to. */
export interface Filed<Record> {
  readonly bootId: string;
  readonly record: Record;
}

/** Reads the content of a state file. Throws with the reason when it is not what we wrote. */
export function parseServiceFile(content: string): Filed<ServiceRecord> {
  const { bootId, record } = v.parse(v.object({ bootId: text, record: service }), JSON.parse(content));
  const { generation, process: main, lastExit, reason } = record;
  return {
    bootId,
    record: {
      ...record,
      generation,
      process: main,
      lastExit: lastExit && { ...lastExit, code: lastExit.code, signal: lastExit.signal },
      reason,
    },
  };
}

/** Like {@link parseServiceFile} for the daemon's own file. */
export function parseDaemonFile(content: string): Filed<DaemonRecord> {
  const { bootId, record } = v.parse(v.object({ bootId: text, record: daemon }), JSON.parse(content));
  return { bootId, record: { ...record, configFile: record.configFile, shutdown: record.shutdown } };
}
