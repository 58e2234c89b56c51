import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { OutputSink } from '@tappet/core';
import { type LogLine, recordedLog, virtualClock, type VirtualClock } from '@tappet/core/testing';
import { DEFAULT_RULES, type RotationRules } from '@tappet/plugin-logrotate';
import { onTestFinished } from 'vitest';
import { CapturedLogs, type LogSource } from '../../../../packages/plugin-logrotate/src/sink/captured-logs.ts';
import type { LineOptions } from '../../../../packages/plugin-logrotate/src/sink/settings.ts';

export const PLAIN: LineOptions = { timestamps: false, json: false, stripAnsi: false, rate: undefined };

/** A folder with logs, on virtual time. Everything is gone when the test is over. */
export interface SinkBench {
  readonly folder: string;
  readonly clock: VirtualClock;
  readonly logged: LogLine[];
  logs: CapturedLogs;
  /** A sink for `web.log`, by rules over the defaults of the language. */
  sink(rules: Partial<RotationRules>, lines?: Partial<LineOptions>): OutputSink & { readonly resumed: () => number };
  /** Everything about {@link sink}'s log. */
  settings(rules: Partial<RotationRules>, lines?: Partial<LineOptions>): LogSource;
  names(): readonly string[];
  /** A file's content, unpacked. */
  text(name: string): string;
  /** A successor, as after kill -9: nothing of this one is told to it. */
  restart(): CapturedLogs;
}

export function sinkBench({ budget }: { budget?: number } = {}): SinkBench {
  const folder = mkdtempSync(join(tmpdir(), 'tappet-sink-'));
  chmodSync(folder, 0o755);
  const clock = virtualClock();
  const logged: LogLine[] = [];
  const made: CapturedLogs[] = [];
  const make = (): CapturedLogs => {
    const logs = new CapturedLogs({ clock, log: recordedLog(logged) });
    logs.configure({ budget, stateFile: join(folder, '.status') });
    made.push(logs);
    return logs;
  };
  onTestFinished(async () => {
    for (const logs of made) await logs.close();
    rmSync(folder, { recursive: true });
  });
  return {
    folder,
    clock,
    logged,
    logs: make(),
    sink(rules, lines = {}) {
      let resumed = 0;
      const sink = this.logs.sink({ ...this.settings(rules, lines), resume: () => resumed++ });
      return { ...sink, resumed: () => resumed };
    },
    settings: (rules, lines = {}) => ({
      service: 'web',
      stream: 'output',
      path: join(folder, 'web.log'),
      settings: { rules: { ...DEFAULT_RULES, ...rules }, serviceUid: undefined, largestLog: Infinity },
      lines: { ...PLAIN, ...lines },
      resume: () => undefined,
    }),
    names: () => (existsSync(folder) ? readdirSync(folder).sort() : []),
    text(name) {
      const bytes = readFileSync(join(folder, name));
      return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
    },
    restart() {
      this.logs = make();
      return this.logs;
    },
  };
}
