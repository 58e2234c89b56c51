import { formatDuration } from '../durations.ts';
import type { ProbeIo, ProbeRunOptions } from './definition.ts';
import { fairDeadline } from './fair-deadline.ts';
import { ProbeFailure, type ProbeFinding, type ProbeResult } from './result.ts';

/**
 * Runs one attempt within its deadline. Resolves with a failed result when the attempt throws, rejects, is aborted or
 * takes too long, even if the attempt ignores its signal.
 */
export function runBounded(
  attempt: (io: ProbeIo) => Promise<ProbeFinding>,
  options: ProbeRunOptions,
): Promise<ProbeResult> {
  const { deadlineMs, signal, context = {} } = options;
  const startMs = performance.now();
  const abort = new AbortController();
  const io: ProbeIo = { signal: abort.signal, context, doing: '' };

  return new Promise((resolve) => {
    const onAbort = (): void => fail(new ProbeFailure('aborted'));
    const deadline = fairDeadline(deadlineMs, () => fail(timedOut(io, deadlineMs)));

    const end = (ok: boolean, { message, detail }: ProbeFinding): void => {
      deadline.cancel();
      signal?.removeEventListener('abort', onAbort);
      const durationMs = performance.now() - startMs;
      resolve(detail === undefined ? { ok, message, durationMs } : { ok, message, durationMs, detail });
    };
    const fail = (error: unknown): void => {
      end(false, asFinding(error));
      abort.abort(error);
    };

    if (signal?.aborted === true) return onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    start(attempt, io).then((finding) => end(true, finding), fail);
  });
}

async function start(attempt: (io: ProbeIo) => Promise<ProbeFinding>, io: ProbeIo): Promise<ProbeFinding> {
  return attempt(io);
}

function timedOut(io: ProbeIo, deadlineMs: number): ProbeFailure {
  const where = io.doing === '' ? '' : ` while ${io.doing}`;
  return new ProbeFailure(`timed out after ${formatDuration(deadlineMs)}${where}`, { timeout: true });
}

function asFinding(error: unknown): ProbeFinding {
  if (error instanceof ProbeFailure) return { message: error.message, detail: error.detail };
  return { message: oneLine(error instanceof Error ? error.message : String(error)) };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 300) || 'failed';
}
