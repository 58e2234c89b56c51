import type { Clock } from '../clock.ts';
import type { ScriptRequest, ScriptResult } from '../process/contract.ts';

/** How a pre_script, pos_script or other script behaves. `{}` succeeds at once. */
export interface FakeScript {
  /** Default 0; Infinity hangs until the time limit. */
  readonly takesMs?: number;
  /** Default 0. */
  readonly code?: number;
  readonly prints?: string;
  /** It cannot be started. */
  readonly error?: string;
}

/** Runs the script on the clock: to its end, its time limit or the abort, whichever comes first. */
export function playScript(clock: Clock, request: ScriptRequest, script: FakeScript): Promise<ScriptResult> {
  const { timeoutMs, signal } = request;
  const startedMs = clock.nowMs();
  const takesMs = script.takesMs ?? 0;
  const isTooSlow = timeoutMs > 0 && takesMs > timeoutMs;
  const waitMs = isTooSlow ? timeoutMs : takesMs;

  return new Promise((resolve) => {
    const timer = Number.isFinite(waitMs) ? clock.setTimer(waitMs, () => end(outcome(script, isTooSlow))) : undefined;
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });

    function abort(): void {
      end({ signal: 'SIGKILL', aborted: true });
    }
    function end(how: Partial<ScriptResult>): void {
      timer?.cancel();
      signal.removeEventListener('abort', abort);
      const durationMs = clock.nowMs() - startedMs;
      resolve({ code: undefined, signal: undefined, timedOut: false, aborted: false, durationMs, ...how });
    }
  });
}

/** How it ended in one word, for the record. */
export function scriptEnd({ code, timedOut, aborted, error }: ScriptResult): string {
  if (error !== undefined) return `error: ${error}`;
  if (timedOut) return 'timed out';
  return aborted ? 'aborted' : String(code);
}

function outcome(script: FakeScript, isTooSlow: boolean): Partial<ScriptResult> {
  if (script.error !== undefined) return { error: script.error };
  return isTooSlow ? { signal: 'SIGKILL', timedOut: true } : { code: script.code ?? 0 };
}
