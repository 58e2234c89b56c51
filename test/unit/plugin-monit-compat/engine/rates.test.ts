import { describe, expect, it } from 'vitest';
import { answering, present, RUNNING, Simulation } from '../simulate.ts';

const WEB = 'check host web with address 127.0.0.1\n start "/bin/true"\n stop "/bin/true"\n';
const bits = (text: string): ReturnType<typeof answering>[] =>
  text.split('').map((letter) => answering(letter === '.'));

describe('actions of a port rule', () => {
  it('restart runs in every failing cycle and ends with the first good one', () => {
    const sim = new Simulation(`${WEB}if failed port 80 protocol http request /ok with timeout 5 seconds then restart`);
    expect(sim.run('web', bits('xxx..x'))).toEqual(['restart', 'restart', 'restart', '', '', 'restart']);
  });

  it('exec waits for its cycles in a row and runs once; the else branch has its own rate', () => {
    const sim = new Simulation(
      `${WEB}if failed port 80 for 3 cycles then exec "/bin/true X" else if succeeded for 2 cycles then exec "/bin/true Y"`,
    );
    expect(sim.run('web', bits('xxxxxxx....xx.xxx'))).toEqual([
      '',
      '',
      'exec:X',
      '',
      '',
      '',
      '',
      '',
      'exec:Y',
      '',
      '',
      '',
      '',
      '',
      '',
      '',
      'exec:X',
    ]);
  });

  it('counts events within a window of cycles', () => {
    const sim = new Simulation(`${WEB}if failed port 80 for 3 times within 5 cycles then exec "/bin/true X"`);
    expect(sim.run('web', bits('x.x.x.'))).toEqual(['', '', '', '', 'exec:X', '']);
    expect(sim.events.map(({ state }) => state)).toEqual(['succeeded']);
  });

  it('exec repeats at multiples of its number, the first time counting as one', () => {
    const sim = new Simulation(`${WEB}if failed port 80 then exec "/bin/true X" repeat every 3 cycles`);
    expect(sim.run('web', bits('xxxxxxxxx'))).toEqual(['exec:X', '', 'exec:X', '', '', 'exec:X', '', '', 'exec:X']);
  });

  it('a rate does not arm again: after the third failure every further one restarts', () => {
    const sim = new Simulation(`${WEB}if failed port 80 for 3 cycles then restart`);
    expect(sim.run('web', bits('xxxxx.xx'))).toEqual(['', '', 'restart', 'restart', 'restart', '', '', '']);
  });

  it('good samples that wait for a longer else rate do nothing', () => {
    const sim = new Simulation(
      `${WEB}if failed port 80 then restart else if succeeded for 3 cycles then exec "/bin/true Y"`,
    );
    expect(sim.run('web', bits('x..x...x'))).toEqual(['restart', '', '', 'restart', '', '', 'exec:Y', 'restart']);
  });

  it('an else branch that starts or restarts does so once', () => {
    const sim = new Simulation(`${WEB}if failed port 80 then alert else restart`);
    expect(sim.run('web', bits('.xx...'))).toEqual(['', '', '', 'restart', '', '']);
  });

  it('recovery may have a window of its own', () => {
    const sim = new Simulation(
      `${WEB}if failed port 80 then alert else if recovered 2 times within 3 cycles then exec "/bin/true Y"`,
    );
    expect(sim.run('web', bits('x.x..'))).toEqual(['', '', '', 'exec:Y', '']);
  });

  it('a rule on success fires with the first good answer only', () => {
    const sim = new Simulation(`${WEB}if succeeded port 80 then exec "/bin/true X"`);
    expect(sim.run('web', bits('xx..x.'))).toEqual(['', '', 'exec:X', '', '', 'exec:X']);
  });

  it('64 cycles can be counted', () => {
    const sim = new Simulation(`${WEB}if failed port 80 for 64 cycles then exec "/bin/true X"`);
    const done = sim.run('web', bits('x'.repeat(70)));
    expect(done.findIndex((line) => line !== '')).toBe(63);
    expect(done.filter((line) => line !== '')).toHaveLength(1);
  });

  it('a first good sample is no recovery', () => {
    const sim = new Simulation(`${WEB}if failed port 80 then alert else exec "/bin/true Y"`);
    expect(sim.run('web', bits('...'))).toEqual(['', '', '']);
    expect(sim.events).toEqual([]);
  });

  it('no answer is no sample', () => {
    const sim = new Simulation(`${WEB}if failed port 80 for 2 cycles then exec "/bin/true X"`);
    expect(sim.run('web', [...bits('x'), RUNNING, ...bits('x')])).toEqual(['', '', 'exec:X']);
  });
});

describe('several rules on one service', () => {
  it('the rule declared last is judged first', () => {
    const sim = new Simulation(
      `${WEB}if failed port 80 then exec "/bin/true 1"\nif failed port 81 then exec "/bin/true 2"`,
    );
    expect(sim.pass({ web: answering(false, false) })).toEqual(['exec:2', 'exec:1']);
  });

  it('two rules that want a restart get one', () => {
    const sim = new Simulation(`${WEB}if failed port 80 then restart\nif failed port 81 then restart`);
    expect(sim.pass({ web: answering(false, false) })).toEqual(['restart']);
  });

  it('stop is stronger than restart, and rules beside it are still judged', () => {
    const sim = new Simulation(
      `${WEB}if failed port 80 then stop\nif failed port 81 then restart\nif failed port 82 then exec "/bin/true X"`,
    );
    expect(sim.pass({ web: answering(false, false, false) })).toEqual(['exec:X', 'stop']);
    expect(sim.monitoring()).toEqual({ web: 'no' });
    expect(sim.pass({ web: answering(false, false, false) })).toEqual([]);
  });

  it('a failed ping leaves the port rules out', () => {
    const sim = new Simulation(
      `${WEB}if failed port 80 then exec "/bin/true P"\nif failed ping then exec "/bin/true I"`,
    );
    expect(sim.pass({ web: answering(false, false) })).toEqual(['exec:I']);
    expect(sim.pass({ web: answering(false, true) })).toEqual(['exec:P']);
  });

  it('counters start anew when monitoring is switched off and on', () => {
    const sim = new Simulation(`${WEB}if failed port 80 for 4 cycles then exec "/bin/true X"`);
    expect(sim.run('web', bits('xxx'))).toEqual(['', '', '']);
    sim.order('unmonitor', 'web');
    expect(sim.run('web', bits('x'))).toEqual(['']);
    sim.order('monitor', 'web');
    expect(sim.run('web', bits('xxxx'))).toEqual(['', '', '', 'exec:X']);
  });
});

describe('figures', () => {
  it('only the last of joined conditions counts', () => {
    const sim = new Simulation(
      'check process p pidfile /x\nif memory > 1 kB and cpu > 90% then exec "/bin/true A"\nif cpu > 90% and memory > 1 kB then exec "/bin/true B"',
    );
    expect(sim.pass({ p: present({ resources: { memory: 5000, cpu: 1 } }) })).toEqual(['exec:B']);
  });

  it('a busy process is restarted from the third sample on', () => {
    const sim = new Simulation('check process p pidfile /x\nif cpu > 10% for 3 cycles then restart');
    const busy = present({ resources: { cpu: 90 } });
    expect(sim.run('p', [busy, busy, busy, busy])).toEqual(['', '', 'restart', 'restart']);
  });

  it.each([
    ['memory > 50%', { shares: { memory: 60 } }],
    ['loadavg(5min) per core > 1', { resources: { loadavg5: 5 }, cores: 4 }],
    ['cpu(user) > 5%', { resources: { cpuUser: 6 } }],
    ['swap < 1 MB', { resources: { swap: 0 } }],
    ['uptime < 10 minutes', { uptimeSeconds: 599 }],
    ['filedescriptors > 90%', { shares: { fileDescriptors: 91 } }],
  ])('%s', (condition, facts) => {
    const sim = new Simulation(`check system s\nif ${condition} then exec "/bin/true X"`);
    expect(sim.pass({ s: present(facts) })).toEqual(['exec:X']);
    expect(sim.pass({ s: present({}) })).toEqual([]);
  });
});
