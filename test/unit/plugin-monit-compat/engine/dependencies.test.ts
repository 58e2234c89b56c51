import { describe, expect, it } from 'vitest';
import { MISSING, present, RUNNING, Simulation } from '../simulate.ts';

const CHAIN = ['a', 'b', 'c']
  .map(
    (name, index, names) =>
      `check process ${name} pidfile /${name}\n start "/bin/true"\n stop "/bin/true"\n${index < 2 ? ` depends on ${names[index + 1]}\n` : ''}`,
  )
  .join('');

describe('depends on', () => {
  it('prerequisites stand and are judged first', () => {
    expect(new Simulation(CHAIN).configuration.services.map(({ name }) => name)).toEqual(['c', 'b', 'a']);
  });

  it('actions spread along the chain', () => {
    const sim = new Simulation(CHAIN);
    sim.pass();
    expect(sim.order('restart', 'b')).toEqual(['stop a', 'stop b', 'start b', 'start a']);
    expect(sim.monitoring()).toEqual({ a: 'init', b: 'init', c: 'yes' });
    sim.pass();
    expect(sim.order('stop', 'c')).toEqual(['stop a', 'stop b', 'stop c']);
    expect(sim.monitoring()).toEqual({ a: 'no', b: 'no', c: 'no' });
    expect(sim.order('start', 'a')).toEqual(['start c', 'start b', 'start a']);
    sim.pass();
    expect(sim.order('unmonitor', 'c')).toEqual(['unmonitor a', 'unmonitor b', 'unmonitor c']);
    expect(sim.order('monitor', 'a')).toEqual(['monitor c', 'monitor b', 'monitor a']);
  });

  it('when the last prerequisite dies everything on it stops first and starts after it', () => {
    const sim = new Simulation(CHAIN);
    sim.pass();
    expect(sim.pass({ c: MISSING })).toEqual(['stop-a+stop-b+stop-c+start-c+start-b+start-a']);
  });

  it('a dependant waits while its prerequisite cannot start, and is judged as soon as it can', () => {
    const sim = new Simulation(
      'check process web pidfile /web\n start "/bin/true"\n depends on db\ncheck process db pidfile /db\n start "/bin/true"',
    );
    sim.pass({ db: MISSING, web: MISSING });
    expect(sim.monitoring()['web']).toBe('init');
    sim.pass({ db: MISSING, web: MISSING });
    expect(sim.events.every(({ service }) => service === 'db')).toBe(true);
    expect(sim.pass({ db: RUNNING, web: MISSING })).toEqual(['restart']);
  });

  it('a stop of a file stops what depends on it', () => {
    const sim = new Simulation(
      'check process p pidfile /p\n stop "/bin/true"\n depends on f\ncheck file f path /f\n if failed checksum then stop',
    );
    sim.pass({ f: present({ checksums: { md5: 'a' } }) });
    expect(sim.pass({ f: present({ checksums: { md5: 'b' } }) })).toEqual(['stop-p+stop-f']);
    expect(sim.monitoring()).toEqual({ f: 'no', p: 'no' });
  });

  it('a failed restart program leaves the start out', () => {
    const sim = new Simulation('check process p pidfile /p\n start "/bin/true"\n stop "/bin/true"');
    sim.pass({ p: MISSING });
    const [action] = sim.actions;
    expect(action).toMatchObject({ kind: 'service', steps: [{ op: 'stop', onFailure: 'abort' }, { op: 'start' }] });
  });

  it('a restart program is one step', () => {
    const sim = new Simulation('check process p pidfile /p\n restart "/bin/true"');
    expect(sim.order('restart', 'p')).toEqual(['restart p']);
  });

  it('exec does not spread', () => {
    const sim = new Simulation(
      'check process p pidfile /p\n depends on f\ncheck file f path /f\n if size > 1 B then exec "/bin/true X"',
    );
    expect(sim.pass({ f: present({ sizeBytes: 2 }) })).toEqual(['exec:X']);
  });
});

describe('every', () => {
  const exec = 'if status != 0 then exec "/bin/true X"';

  it('a number of cycles runs in the first pass and then each time it is full', () => {
    const sim = new Simulation('check file f path /x\n every 3 cycles\n if changed size then exec "/bin/true X"');
    const sizes = [1, 2, 3, 4, 5, 6, 7].map((sizeBytes) => present({ sizeBytes }));
    expect(sim.run('f', sizes)).toEqual(['', '', '', 'exec:X', '', '', 'exec:X']);
  });

  it('windows count looks, not passes', () => {
    const sim = new Simulation(
      'check file f path /x\n every 2 cycles\n if size > 1 B for 2 cycles then exec "/bin/true X"',
    );
    const big = present({ sizeBytes: 2 });
    expect(sim.run('f', [big, big, big, big])).toEqual(['', '', 'exec:X', '']);
  });

  it('a schedule runs at the start and then once in a matching minute', () => {
    const sim = new Simulation('check file f path /x\n every "* * * * *"\n if changed size then exec "/bin/true X"');
    const sizes = Array.from({ length: 13 }, (_, index) => present({ sizeBytes: index }));
    expect(
      sim
        .run('f', sizes)
        .map((line, index) => (line === '' ? 0 : index))
        .filter(Boolean),
    ).toEqual([6, 12]);
  });

  it('"not every" with a schedule that always matches never runs', () => {
    const sim = new Simulation('check file f path /x\n not every "* * * * *"');
    expect(sim.run('f', [MISSING, MISSING])).toEqual(['', '']);
  });

  it('the result of a program counts even in a pass that is not its turn', () => {
    const sim = new Simulation(`check program c path /bin/true\n every 2 cycles\n ${exec}`);
    expect(sim.run('c', [present({ status: 0 }), present({ status: 1 })])).toEqual(['', 'exec:X']);
  });

  it('a dependant is left out while its prerequisite sits out', () => {
    const sim = new Simulation(
      'check file f path /f\n depends on c\n if changed size then exec "/bin/true X"\ncheck directory c path /c\n every 2 cycles',
    );
    const sizes = [1, 2, 3, 4].map((sizeBytes) => present({ sizeBytes }));
    expect(sim.run('f', sizes)).toEqual(['', '', 'exec:X', '']);
  });
});
