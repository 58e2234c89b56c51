import fc from 'fast-check';
import { expect, it } from 'vitest';
import { answering, Simulation } from '../simulate.ts';

it('a rule leaves its failed state only after its else rate, and enters it only after its rate', () => {
  const rate = fc
    .integer({ min: 1, max: 64 })
    .chain((cycles) => fc.tuple(fc.integer({ min: 1, max: cycles }), fc.constant(cycles)));
  fc.assert(
    fc.property(
      rate,
      rate,
      fc.array(fc.boolean(), { maxLength: 150 }),
      ([count, cycles], [backCount, backCycles], answers) => {
        const sim = new Simulation(
          `check host h address x\nif failed port 80 for ${count} times within ${cycles} cycles then alert else if succeeded for ${backCount} times within ${backCycles} cycles then alert`,
        );
        let isFailed = false;
        let begun = false;
        let window: boolean[] = [];
        for (const ok of answers) {
          sim.pass({ h: answering(ok) });
          begun ||= !ok;
          if (!begun) {
            expect(sim.events).toEqual([]);
            continue;
          }
          window = [...window, ok].slice(-64);
          // Before the first bad sample everything counts as good.
          const last = (size: number, wanted: boolean): number =>
            window.slice(-size).filter((value) => value === wanted).length +
            (wanted ? Math.max(0, size - window.length) : 0);
          const flips = ok
            ? isFailed && last(backCycles, true) >= backCount
            : !isFailed && last(cycles, false) >= count;
          expect(sim.events.map(({ state }) => state)).toEqual(flips ? [ok ? 'succeeded' : 'failed'] : []);
          if (!flips) continue;
          isFailed = !ok;
          window = Array.from({ length: 64 }, () => ok);
        }
      },
    ),
    { numRuns: 300 },
  );
});
