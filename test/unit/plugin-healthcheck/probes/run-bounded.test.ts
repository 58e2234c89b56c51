import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  defineProbe,
  type ProbeDefinition,
  ProbeFailure,
  type ProbeFinding,
  type ProbeIo,
} from '@tappet/plugin-healthcheck/probes';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';

/** A probe of somebody else's, with this attempt. */
function custom(attempt: (io: ProbeIo) => Promise<ProbeFinding>): ProbeDefinition<'custom', unknown> {
  return defineProbe({
    name: 'custom',
    short: 'x',
    options: v.unknown(),
    describe: () => 'custom',
    attempt: (_description, io) => attempt(io),
  });
}

describe('an attempt of any probe', () => {
  it('is a result, with its time', async () => {
    const result = await custom(() => Promise.resolve({ message: 'fine', detail: { a: 1 } })).run(
      {},
      { deadlineMs: 1000 },
    );
    expect(result).toEqual({ ok: true, message: 'fine', detail: { a: 1 }, durationMs: expect.any(Number) });
  });

  it.each<[string, () => Promise<ProbeFinding>, object]>([
    [
      'a ProbeFailure',
      () => Promise.reject(new ProbeFailure('no', { code: 3 })),
      { message: 'no', detail: { code: 3 } },
    ],
    ['an error', () => Promise.reject(new TypeError('two\nlines')), { message: 'two lines' }],
    ['an error without words', () => Promise.reject(new Error()), { message: 'failed' }],
    ['a long error', () => Promise.reject(new Error('x'.repeat(9999))), { message: 'x'.repeat(300) }],
    ['what is no error', () => Promise.reject(undefined), { message: 'undefined' }],
    [
      'a throw at once',
      () => {
        throw new Error('at once');
      },
      { message: 'at once' },
    ],
  ])('fails at %s', async (_what, attempt, expected) => {
    expect(await custom(attempt).run({}, { deadlineMs: 1000 })).toMatchObject({ ok: false, ...expected });
  });

  it('ends at its deadline though it ignores its signal, which is aborted', async () => {
    let signal: AbortSignal | undefined;
    const hung = custom((io) => {
      signal = io.signal;
      io.doing = 'sleeping';
      return new Promise(() => {});
    });
    const result = await hung.run({}, { deadlineMs: 20 });
    expect(result).toMatchObject({
      ok: false,
      message: 'timed out after 20 ms while sleeping',
      detail: { timeout: true },
    });
    expect(signal?.aborted).toBe(true);
  });

  it('does not fail because this process was held up while the answer lay there', async () => {
    const patient = custom(async () => {
      const child = spawn('sh', ['-c', 'echo answer'], { stdio: ['ignore', 'pipe', 'ignore'] });
      const [answer] = (await once(child.stdout, 'data')) as [Buffer];
      return { message: answer.toString().trim() };
    });
    const running = patient.run({}, { deadlineMs: 150 });
    const busyUntilMs = performance.now() + 600;
    while (performance.now() < busyUntilMs);
    expect(await running).toMatchObject({ ok: true, message: 'answer' });
  });

  it('that fails later than its deadline is no unhandled rejection', async () => {
    const failed = Promise.withResolvers<void>();
    const late = custom(
      ({ signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () =>
            setTimeout(() => {
              reject(new Error('late'));
              failed.resolve();
            }, 5),
          ),
        ),
    );
    expect(await late.run({}, { deadlineMs: 5 })).toMatchObject({ ok: false, detail: { timeout: true } });
    await failed.promise;
    // Node looks for unhandled rejections when a turn of its loop is over.
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('tells nothing that would steer a terminal', async () => {
    const message = '\u001B]0;title\u0007\u001B[31mred\u001B[0m\u009B2J and\rplain';
    const rude = custom(() => Promise.reject(new ProbeFailure(message)));
    expect(await rude.run({}, { deadlineMs: 100 })).toMatchObject({ ok: false, message: 'red andplain' });
  });

  it('may have a deadline of months', async () => {
    const brief = custom(() => new Promise((resolve) => setTimeout(() => resolve({ message: 'fine' }), 5)));
    expect(await brief.run({}, { deadlineMs: 1e13 })).toMatchObject({ ok: true });
  });

  it('leaves no listener at the signal of its caller', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const counting = new Proxy(signal, {
      get(target, key) {
        if (key === 'addEventListener') return (): number => listeners++;
        if (key === 'removeEventListener') return (): number => listeners--;
        return Reflect.get(target, key, target) as unknown;
      },
    });
    await custom(() => Promise.resolve({ message: 'fine' })).run({}, { deadlineMs: 100, signal: counting });
    expect(listeners).toBe(0);
  });
});
