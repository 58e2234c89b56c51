import { describe, expect, it } from 'vitest';
import { answering, MISSING, present, RUNNING, Simulation } from '../simulate.ts';

const PROCESS = 'check process p pidfile /x\n start "/bin/true"\n stop "/bin/true"\n';

describe('existence', () => {
  it('a missing process is started by an implicit rule in every cycle until it is there', () => {
    const sim = new Simulation(PROCESS);
    expect(sim.run('p', [MISSING, RUNNING, RUNNING, MISSING, MISSING, RUNNING])).toEqual([
      'restart',
      '',
      '',
      'restart',
      'restart',
      '',
    ]);
  });

  it('a written rule on existence replaces the implicit one', () => {
    const sim = new Simulation(`${PROCESS}if does not exist for 3 cycles then start`);
    expect(sim.run('p', [MISSING, MISSING, MISSING, MISSING, RUNNING])).toEqual(['', '', 'start', 'start', '']);
  });

  it('a rule may ask for existence', () => {
    const sim = new Simulation('check file f path /x\nif exist for 2 cycles then exec "/bin/true X"');
    expect(sim.run('f', [present(), present(), present(), MISSING])).toEqual(['', 'exec:X', '', '']);
  });

  it('a passive service is never started, stopped or restarted, but exec runs', () => {
    const sim = new Simulation(
      `${PROCESS}mode passive\nif does not exist then start\nif does not exist then exec "/bin/true X"`,
    );
    expect(sim.pass({ p: MISSING })).toEqual(['exec:X', '(start)']);
  });

  it('a zombie is a data error and nothing else', () => {
    const sim = new Simulation(`${PROCESS}if cpu > 1% then restart`);
    expect(sim.pass({ p: { presence: 'zombie', facts: { resources: { cpu: 50 } } } })).toEqual([]);
    expect(sim.events).toMatchObject([{ name: 'data', state: 'failed' }]);
    sim.pass({ p: RUNNING });
    expect(sim.events).toMatchObject([{ name: 'data', state: 'succeeded' }]);
  });

  it('a node of the wrong type is restarted in every cycle', () => {
    const sim = new Simulation('check fifo q path /x\n start "/bin/true"');
    const wrong = { presence: 'invalid', facts: {} } as const;
    expect(sim.run('q', [wrong, wrong, present()])).toEqual(['restart', 'restart', '']);
  });

  it('a program that cannot be run is an event, not a restart', () => {
    const sim = new Simulation('check program c path /bin/true\nif status != 0 then exec "/bin/true X"');
    expect(sim.pass({ c: { presence: 'unreadable', facts: {} } })).toEqual([]);
    expect(sim.events).toMatchObject([{ name: 'exec', state: 'failed' }]);
  });

  it('port rules wait until the process has been up for longer than its start timeout', () => {
    const sim = new Simulation(
      'check process p pidfile /x\n start "/bin/true" with timeout 6 seconds\n if failed port 80 then exec "/bin/true X"\n if memory > 1 kB then exec "/bin/true M"',
    );
    const up = (uptimeSeconds: number): ReturnType<typeof answering> => ({
      ...answering(false),
      facts: { uptimeSeconds, resources: { memory: 5000 } },
    });
    expect(sim.run('p', [up(2), up(6), up(7)])).toEqual(['exec:M', '', 'exec:X']);
  });

  it('without a start program nothing waits', () => {
    const sim = new Simulation('check process p pidfile /x\n if failed port 80 then exec "/bin/true X"');
    expect(sim.pass({ p: { ...answering(false), facts: { uptimeSeconds: 0 } } })).toEqual(['exec:X']);
  });
});

describe('changes', () => {
  it('each change of a file hits once, the first look never', () => {
    const sim = new Simulation(
      'check file f path /x\nif changed checksum then exec "/bin/true C"\nif changed size then exec "/bin/true S"\nif changed timestamp then exec "/bin/true T"',
    );
    const file = (sum: string, size: number, time: number): ReturnType<typeof present> =>
      present({ checksums: { md5: sum }, sizeBytes: size, times: { timestamp: time, atime: 0, ctime: 0, mtime: 0 } });
    expect(sim.run('f', [file('a', 1, 1), file('a', 1, 1), file('b', 1, 2), file('b', 2, 2), file('c', 3, 3)])).toEqual(
      ['', '', 'exec:T exec:C', 'exec:S', 'exec:T exec:S exec:C'],
    );
  });

  it('a failed checksum compares with the first one for ever', () => {
    const sim = new Simulation('check file f path /x\nif failed checksum then exec "/bin/true X"');
    const file = (sum: string): ReturnType<typeof present> => present({ checksums: { md5: sum } });
    expect(sim.run('f', [file('a'), file('b'), file('b'), file('a'), file('b')])).toEqual([
      '',
      'exec:X',
      '',
      '',
      'exec:X',
    ]);
  });

  it('an expected checksum counts from the first look', () => {
    const sim = new Simulation(
      'check file f path /x\nif failed md5 checksum expect 8f7f419955cefa0b33a2ba316cba3659 then exec "/bin/true X"',
    );
    expect(sim.run('f', [present({ checksums: { md5: 'a' } })])).toEqual(['exec:X']);
  });

  it('a new pid is reported once, but not one that we caused', () => {
    const sim = new Simulation(
      'check process p pidfile /x\n start "/bin/true"\n if changed pid then exec "/bin/true N"',
    );
    const pid = (value: number): ReturnType<typeof present> => present({ identity: { pid: value, startTicks: value } });
    expect(sim.run('p', [pid(1), pid(2), pid(2)])).toEqual(['', 'exec:N', '']);
    sim.order('restart', 'p');
    expect(sim.run('p', [pid(3), pid(3)])).toEqual(['', '']);
  });

  it('content hits once in each cycle with a matching line that is not ignored', () => {
    const sim = new Simulation(
      'check file f path /x\nignore content = "harmless"\nif content = "error" then exec "/bin/true X"',
    );
    const lines = (...list: string[]): ReturnType<typeof present> => present({ lines: list });
    expect(
      sim.run('f', [lines(), lines('error a', 'error b'), lines('error harmless'), lines('fine'), lines('an error')]),
    ).toEqual(['', 'exec:X', '', '', 'exec:X']);
  });

  it('a changed exit status fires on both edges, a status rule by its rate', () => {
    const sim = new Simulation(
      'check program c path /bin/true\nif changed status then exec "/bin/true C"\nif status != 0 for 2 cycles then exec "/bin/true S"',
    );
    const status = (value: number): ReturnType<typeof present> => present({ status: value });
    expect(sim.run('c', [status(0), status(7), status(7), status(0)])).toEqual(['', 'exec:C', 'exec:S', 'exec:C']);
  });
});

describe('filesystem and network', () => {
  const usage = { total: 1000, used: 900, free: 100, usedPercent: 90, freePercent: 10 };
  it.each([
    ['check filesystem s path /\nif space usage > 80% then exec "/bin/true X"', { space: usage }],
    ['check filesystem s path /\nif space free < 200 B then exec "/bin/true X"', { space: usage }],
    ['check filesystem s path /\nif inode free < 11% then exec "/bin/true X"', { inodes: usage }],
    [
      'check filesystem s path /\nif write > 500 operations/s then exec "/bin/true X"',
      { io: { readBytes: 0, writeBytes: 0, reads: 0, writes: 501, serviceTimeMs: 0 } },
    ],
    ['check file s path /\nif failed permission 644 then exec "/bin/true X"', { mode: 0o600 }],
    ['check file s path /\nif failed uid nobody then exec "/bin/true X"', { uid: 0 }],
    [
      'check directory s path /\nif mtime > 1 hour then exec "/bin/true X"',
      { times: { timestamp: 0, atime: 0, ctime: 0, mtime: 1 } },
    ],
    ['check network s interface lo\nif link up then exec "/bin/true X"', { link: { isUp: true } }],
    ['check network s interface lo\nif failed link then exec "/bin/true X"', { link: { isUp: false } }],
    [
      'check network s interface lo\nif saturation > 90% then exec "/bin/true X"',
      { link: { isUp: true, saturationPercent: 95 } },
    ],
    [
      'check network s interface lo\nif upload > 1 kB/s then exec "/bin/true X"',
      { link: { isUp: true, rates: { 'upload:bytes': 1025 } } },
    ],
    [
      'check network s interface lo\nif total downloaded > 5 packets in last 2 hours then exec "/bin/true X"',
      { link: { isUp: true, totals: { 'download:packets:7200': 6 } } },
    ],
  ])('%s', (text, facts) => {
    const sim = new Simulation(text);
    expect(sim.pass({ s: present(facts) })).toEqual(['exec:X']);
    expect(sim.pass({ s: present(facts) })).toEqual([]);
  });

  it('changed mount flags are reported without a rule', () => {
    const sim = new Simulation('check filesystem s path /');
    sim.run('s', [present({ flags: 'rw' }), present({ flags: 'ro' })]);
    expect(sim.events).toMatchObject([{ name: 'fsflags', state: 'changed' }]);
  });
});
