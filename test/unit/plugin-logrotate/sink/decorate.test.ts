import { virtualClock } from '@tappet/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decorator } from '../../../../packages/plugin-logrotate/src/sink/decorate.ts';
import type { LineOptions } from '../../../../packages/plugin-logrotate/src/sink/settings.ts';
import { PLAIN, sinkBench } from './bench.ts';

function dress(options: Partial<LineOptions>, chunks: readonly Buffer[]): string {
  const clock = virtualClock();
  const one = decorator({ ...PLAIN, ...options }, { service: 'web', stream: 'output', clock });
  if (one === undefined) throw new Error('nothing to decorate');
  // Each result is only valid until the next call.
  return Buffer.concat([...chunks.map((chunk) => Buffer.from(one.add(chunk))), Buffer.from(one.rest())]).toString(
    'latin1',
  );
}

/** Of short lines, and of such as are longer than what is looked at by four bytes. */
const chunks = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes.map((byte) => (byte % 5 === 0 ? 10 : byte)))),
    fc.uint8Array({ maxLength: 900 }).map((bytes) => Buffer.from(bytes.map((byte) => (byte === 11 ? 10 : byte)))),
  ),
);

describe('what is added to lines', () => {
  it('is nothing when nothing is asked for', () => {
    expect(decorator(PLAIN, { service: 'web', stream: 'output', clock: virtualClock() })).toBeUndefined();
  });

  it('is the time before each line, wherever the chunks end', () => {
    fc.assert(
      fc.property(chunks, (all) => {
        const text = Buffer.concat(all).toString('latin1');
        const stamp = `${new Date(virtualClock().wallMs()).toISOString()} `;
        const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
        const expected = lines.map((line) => stamp + line).join('');
        expect(dress({ timestamps: true }, all)).toBe(expected);
      }),
    );
  });

  it('is a JSON object around each line; what is no text stays exact as base64', () => {
    const lines = dress({ json: true }, [Buffer.from('one "x"\ntw'), Buffer.from('o\n'), Buffer.from([0xff, 0x0a])]);
    const [first, second, third] = lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    expect(first).toMatchObject({ service: 'web', stream: 'output', message: 'one "x"' });
    expect(second).toMatchObject({ message: 'two' });
    expect(third).toMatchObject({ base64: Buffer.from([0xff]).toString('base64') });
  });

  it('is less by escape sequences, also when a chunk ends within one', () => {
    const text = '\u001b[1;31mred\u001b[0m \u001b]8;;http://x\u0007link\u001b]8;;\u001b\\ \u001b(Bend\n';
    for (let cut = 0; cut < text.length; cut++) {
      expect(dress({ stripAnsi: true }, [Buffer.from(text.slice(0, cut)), Buffer.from(text.slice(cut))])).toBe(
        'red link end\n',
      );
    }
  });
});

describe('a limit on lines', () => {
  it('passes so many in each period and counts the others', async () => {
    const bench = sinkBench();
    const sink = bench.sink({}, { rate: { lines: 3, periodMs: 1000 } });
    sink.write(Buffer.from('1\n2\n3\n4\n5\n'));
    sink.write(Buffer.from('6\n'));
    expect(bench.text('web.log')).toBe('1\n2\n3\n');
    await bench.clock.advance(1000);
    expect(bench.text('web.log')).toBe('1\n2\n3\n3 lines dropped\n');
    sink.write(Buffer.from('7\n'));
    expect(bench.text('web.log')).toBe('1\n2\n3\n3 lines dropped\n7\n');
    await sink.close?.();
    expect(bench.clock.pendingTimers).toBe(0);
  });
});
