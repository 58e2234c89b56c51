import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { EngineState, RememberedState } from '../engine/service-state.ts';

/** Remembers over restarts of the supervisor which services are not monitored. */
export interface StateFile {
  /** What an earlier run wrote; undefined when there is nothing, or nothing that can be read. */
  load(): RememberedState | undefined;
  /** Throws when it cannot be written. */
  save(state: EngineState): void;
}

/** A state file as JSON, written as a whole and only when something changed. */
export function stateFile(path: string, bootId: string = readBootId()): StateFile {
  let written: string | undefined;
  return {
    load() {
      try {
        return parse(readFileSync(path, 'utf8'), bootId);
      } catch {
        // The first run has none; a damaged one is like none.
        return undefined;
      }
    },
    save(state) {
      const unmonitored = [...state].filter(([, { monitoring }]) => monitoring === 'no').map(([name]) => name);
      const text = `${JSON.stringify({ bootId, unmonitored })}\n`;
      if (text === written) return;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(`${path}.new`, text, { mode: 0o600 });
      renameSync(`${path}.new`, path);
      written = text;
    },
  };
}

function parse(text: string, bootId: string): RememberedState | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('unmonitored' in value) || !Array.isArray(value.unmonitored))
    return undefined;
  const names = value.unmonitored.filter((name): name is string => typeof name === 'string');
  return { unmonitored: new Set(names), isSameBoot: 'bootId' in value && value.bootId === bootId };
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
