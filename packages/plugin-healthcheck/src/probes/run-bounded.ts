import { formatDuration } from '../durations.ts';
import type { ProbeContext, ProbeIo, ProbeRunOptions } from './definition.ts';
import { fairDeadline } from './fair-deadline.ts';
import { printable } from './printable.ts';
import { ProbeFailure, type ProbeFinding, type ProbeResult } from './result.ts';

/**
 * Runs one attempt within its deadline. Resolves with a failed result when the attempt throws, rejects, is aborted or
 * takes too long, even if the attempt ignores its signal.
 */
export function runBounded(
  attempt: (io: ProbeIo) => Promise<ProbeFinding>,
  options: ProbeRunOptions,
): Promise<ProbeResult> {
  const { deadlineMs, signal } = options;
  const startMs = performance.now();
  const io = new AttemptIo(options);

  return new Promise((resolve) => {
    const onAbort = (): void => fail(new ProbeFailure('aborted'));
    const deadline = fairDeadline(deadlineMs, () => fail(timedOut(io, deadlineMs)));

    const end = (ok: boolean, { message: said, detail }: ProbeFinding): void => {
      const message = printable(said);
      deadline.cancel();
      signal?.removeEventListener('abort', onAbort);
      const durationMs = performance.now() - startMs;
      resolve(detail === undefined ? { ok, message, durationMs } : { ok, message, durationMs, detail });
    };
    const fail = (error: unknown): void => {
      end(false, asFinding(error));
      io.abort(error);
    };

    if (signal?.aborted === true) return onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    start(attempt, io).then((finding) => end(true, finding), fail);
  });
}

const NO_CONTEXT: ProbeContext = {};

/** Many probes never look at the context, and some not at the signal: each is made when it is asked for. */
class AttemptIo implements ProbeIo {
  doing = '';
  readonly #options: ProbeRunOptions;
  #controller: AbortController | undefined;

  constructor(options: ProbeRunOptions) {
    this.#options = options;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  get context(): ProbeContext {
    return this.#options.context ?? NO_CONTEXT;
  }

  abort(reason: unknown): void {
    this.#controller ??= new AbortController();
    this.#controller.abort(reason);
  }
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
