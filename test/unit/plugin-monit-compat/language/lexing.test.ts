import { describe, expect, it } from 'vitest';
import { load, ruleOf, serviceOf } from '../load.ts';

const PROCESS = 'check process p with pidfile /run/p.pid\n';

describe('words of a control file', () => {
  it('skips noise words and separators anywhere', () => {
    const rule = ruleOf(`${PROCESS}if the cpu usage is greater than 50%, for 3 times within 5 cycles; then (alert)`);
    expect(rule.test).toMatchObject({ kind: 'resource', metric: 'cpu', operator: '>', limit: 50, unit: 'percent' });
    expect(rule.rate).toEqual({ count: 3, cycles: 5 });
  });

  it.each(['if cpu>50% then alert', 'if memory > 500mb then alert', 'if memory > 100MB then alert'])(
    'refuses what touches without a blank: %s',
    (text) => {
      expect(load(PROCESS + text).accepted).toBe(false);
    },
  );

  it('counts sizes in powers of 1024', () => {
    expect(ruleOf(`${PROCESS}if memory > 1.5 GB then alert`).test).toMatchObject({
      limit: 1.5 * 1024 ** 3,
      unit: 'bytes',
    });
    expect(ruleOf(`${PROCESS}if memory > 7 then alert`).test).toMatchObject({ limit: 7, unit: 'bytes' });
  });

  it('judges only the last of several figures and says so', () => {
    const { configuration, issues } = load(`${PROCESS}if memory > 1 kB and cpu > 90% then alert`);
    const rule = configuration.services[0]?.rules[0];
    expect(rule?.test).toMatchObject({ metric: 'cpu' });
    expect(rule?.dropped).toMatchObject([{ metric: 'memory' }]);
    expect(issues).toMatchObject([{ severity: 'warning', line: 2 }]);
  });

  it('takes keywords as service names', () => {
    expect(serviceOf('check process if with pidfile /run/x').name).toBe('if');
    expect(serviceOf('check host "a:b {c}" address 10.0.0.1 if failed port 1 then alert').name).toBe('a:b {c}');
  });
});

describe('commands', () => {
  const argvOf = (text: string): readonly string[] | undefined => serviceOf(PROCESS + text).start?.argv;

  it.each([
    ['start program = "/bin/sh -c \'echo hi; exit 1\' x"', ['/bin/sh', '-c', 'echo hi; exit 1', 'x']],
    ['start "/bin/echo a\\tb"', ['/bin/echo', 'a\tb']],
    ['start program = "/bin/true\n  second line"', ['/bin/true', 'second', 'line']],
    ['start /bin/true', ['/bin/true']],
    ["start '/bin/true a'", ['/bin/true a']],
    ['start program /bin/true -x y', ['/bin/true', '-x', 'y']],
    ['start with "/bin/true a"', ['/bin/true a']],
  ])('splits %j', (text, argv) => {
    expect(argvOf(text)).toEqual(argv);
  });

  it('reads user, group and timeout', () => {
    const { start } = serviceOf(`${PROCESS}start program = "/bin/true" as uid nobody and gid 0 with timeout 7 seconds`);
    expect(start).toMatchObject({ uid: 65_534, gid: 0, timeoutMs: 7000 });
  });

  it('knows the arguments of exec and how often it repeats', () => {
    expect(
      ruleOf(`${PROCESS}if cpu > 1% then exec "/bin/echo 'b c'" as uid nobody repeat every 3 cycles`).action,
    ).toEqual({
      kind: 'exec',
      command: { argv: ['/bin/echo', 'b c'], uid: 65_534, gid: undefined },
      repeatEvery: 3,
    });
  });
});

describe('modes of the scanner', () => {
  it('reads a URL with login, port and query', () => {
    expect(
      ruleOf(
        'check host h address x\nif failed url https://u:p@a.example:8443/x?a=(1)&b=2 timeout 3 seconds then alert',
      ).test,
    ).toMatchObject({
      target: { host: 'a.example', port: 8443 },
      protocol: 'https',
      http: { request: '/x?a=(1)&b=2', username: 'u', password: 'p' },
      timeoutMs: 3000,
    });
  });

  it('reads a list of headers, commas inside quotes included', () => {
    const rule = ruleOf(
      'check host h address x\nif failed port 80 protocol http with http headers [Host: a.b, "X-List: 1, 2"] then alert',
    );
    expect(rule.test).toMatchObject({ http: { headers: ['Host: a.b', 'X-List: 1, 2'] } });
  });

  it('reads a message up to the closing brace, line ends and hashes included', () => {
    const { configuration } = load(
      'set mail-format { from: Monit <a@b>\n subject: $EVENT on $HOST # now\n message: one # two\n three }',
    );
    expect(configuration.settings.mailFormat).toEqual({
      from: 'Monit <a@b>',
      subject: '$EVENT on $HOST # now',
      message: 'one # two\n three',
    });
  });

  it('reads schedules', () => {
    expect(serviceOf(`${PROCESS}every 3 cycles`).every).toEqual({ kind: 'cycles', cycles: 3 });
    expect(serviceOf(`${PROCESS}not every "* 0-3 * * 0"`).every).toMatchObject({
      kind: 'cron',
      negated: true,
      spec: { text: '* 0-3 * * 0' },
    });
  });

  it('takes a comment, CRLF line ends and capitals', () => {
    expect(ruleOf('CHECK SYSTEM x # y\r\nIF LOADAVG (1MIN) PER CORE > 4 THEN ALERT\r\n').test).toMatchObject({
      metric: 'loadavg1',
      perCore: true,
    });
  });
});
