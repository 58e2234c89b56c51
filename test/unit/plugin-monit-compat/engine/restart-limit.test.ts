import { describe, expect, it } from 'vitest';
import { MISSING, RUNNING, Simulation } from '../simulate.ts';

const PROCESS = 'check process p pidfile /x\n start "/bin/false"\n';

describe('restart limit', () => {
  it('three attempts, then unmonitored at the beginning of the fourth pass; monitoring again gives three more', () => {
    const sim = new Simulation(`${PROCESS}if 3 restarts within 5 cycles then unmonitor`);
    expect(sim.run('p', [MISSING, MISSING, MISSING, MISSING, MISSING])).toEqual([
      'restart',
      'restart',
      'restart',
      'unmonitor',
      '',
    ]);
    expect(sim.monitoring()).toEqual({ p: 'no' });
    sim.order('monitor', 'p');
    expect(sim.run('p', [MISSING, MISSING, MISSING, MISSING])).toEqual(['restart', 'restart', 'restart', 'unmonitor']);
  });

  it('a smaller limit warns once before the larger one gives up', () => {
    const sim = new Simulation(
      `${PROCESS}if 2 restarts within 3 cycles then exec "/bin/true W"\nif 5 restarts within 5 cycles then timeout`,
    );
    expect(
      sim.run(
        'p',
        Array.from({ length: 7 }, () => MISSING),
      ),
    ).toEqual(['restart', 'restart', 'exec:W restart', 'restart', 'restart', 'unmonitor', '']);
    expect(sim.pass()).toEqual([]);
  });

  it('the window is thrown away as a whole', () => {
    const sim = new Simulation(`${PROCESS}if 2 restarts within 4 cycles then exec "/bin/true W"`);
    const quiet = Array.from({ length: 8 }, () => RUNNING);
    expect(sim.run('p', [MISSING, ...quiet, MISSING, ...quiet]).filter((line) => line !== '')).toEqual([
      'restart',
      'restart',
    ]);
  });

  it('a new window begins with the first restart after the old one', () => {
    const sim = new Simulation(`${PROCESS}if 2 restarts within 4 cycles then exec "/bin/true W"`);
    const quiet = Array.from({ length: 8 }, () => RUNNING);
    const done = sim.run('p', [MISSING, ...quiet, MISSING, MISSING, RUNNING]);
    expect(done.filter((line) => line !== '')).toEqual(['restart', 'restart', 'restart', 'exec:W']);
  });

  it('a limit that does not switch off fires once in its window even when the process runs again', () => {
    const sim = new Simulation(`${PROCESS}if 3 restarts within 20 cycles then exec "/bin/true W"`);
    expect(sim.run('p', [MISSING, RUNNING, MISSING, RUNNING, MISSING, RUNNING, RUNNING, RUNNING])).toEqual([
      'restart',
      '',
      'restart',
      '',
      'restart',
      'exec:W',
      '',
      '',
    ]);
  });

  it("a person's restarts do not count", () => {
    const sim = new Simulation(`${PROCESS}if 2 restarts within 20 cycles then exec "/bin/true W"`);
    sim.pass();
    for (let i = 0; i < 5; i++) {
      sim.order('restart', 'p');
      expect(sim.pass()).toEqual([]);
    }
  });

  it('two rules that restart in one pass count once', () => {
    const sim = new Simulation(
      `${PROCESS}if cpu > 1% then restart\nif memory > 1 B then restart\nif 2 restarts within 9 cycles then exec "/bin/true W"`,
    );
    const busy = { ...RUNNING, facts: { resources: { cpu: 5, memory: 5 } } };
    expect(sim.run('p', [busy, busy, busy])).toEqual(['restart', 'restart', 'exec:W restart']);
  });

  it('raises the event timeout', () => {
    const sim = new Simulation(`${PROCESS}if 1 restart within 2 cycles then alert`);
    sim.run('p', [MISSING, RUNNING]);
    expect(sim.events).toMatchObject([
      { name: 'timeout', label: 'Timeout' },
      { name: 'nonexist', state: 'succeeded' },
    ]);
  });
});
