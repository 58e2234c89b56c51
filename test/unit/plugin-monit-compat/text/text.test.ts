import { convert, explain, explainRule, listNotEnforced, renderReport } from '@tappet/plugin-monit-compat/library';
import { describe, expect, it } from 'vitest';
import { configure, load, ruleOf } from '../load.ts';

describe('explain', () => {
  it.each([
    [
      'check process p pidfile /x\nif cpu > 80% for 5 cycles then restart',
      'When processor use is more than 80% for 5 cycles in a row, restart it, again in every cycle until it is good.',
    ],
    [
      'check process p pidfile /x\nif memory > 1 GB for 3 times within 5 cycles then alert',
      'When memory use is more than 1 GB in 3 of the last 5 cycles, send an alert.',
    ],
    [
      'check file f path /x\nif timestamp is older than 65 minutes then unmonitor',
      'When its timestamp is more than 65 minutes old, stop watching it and what depends on it.',
    ],
    [
      'check host h address x\nif failed port 80 protocol http request /ok with timeout 5 seconds then exec "/bin/echo a" as uid nobody repeat every 3 cycles else if succeeded for 2 cycles then start',
      'When port 80 does not answer as http (GET /ok) within 5 seconds, run "/bin/echo a" as user 65534, again every 3 cycles; when it is good again for 2 cycles in a row, start it.',
    ],
    [
      'check network n interface lo\nif total upload > 1 GB in last 2 hours then alert',
      'When it sends more than 1 GB within the last 2 hours, send an alert.',
    ],
    ['check filesystem f path /\nif inodes free < 1000 then stop', 'When its free inodes are less than 1000, stop it.'],
  ])('%s', (text, sentence) => {
    expect(explainRule(ruleOf(text))).toBe(sentence);
  });

  it('describes services with their habits', () => {
    expect(
      explain(
        configure(
          'set daemon 120\ncheck process web pidfile /run/w\n start "/usr/sbin/web -d" as uid nobody with timeout 60 seconds\n every 2 cycles\n mode passive\n group www\n depends on f\n if 3 restarts within 5 cycles then timeout\ncheck file f path /f',
        ),
      ),
    ).toBe(
      `One cycle is 2 minutes.

f: the file /f

web: the process whose pid stands in /run/w
  - To start it, "/usr/sbin/web -d" is run as user 65534 with 1 minute to finish.
  - It is looked at every 2 cycles only.
  - It is only watched: start, stop and restart are never carried out.
  - It depends on f: it is left out while one of them is not in order.
  - It belongs to the group www.
  - When rules have restarted it 3 times within 5 cycles, stop watching it and what depends on it.
`,
    );
  });
});

describe('convert', () => {
  it('makes a service of a process with a start program, and comments of the rest', () => {
    const text = convert(
      configure(`set daemon 30
check process web pidfile /run/w
  start program = "/bin/sh -c 'say $HOME\\tnow' \\\\x" as uid nobody with timeout 60 seconds
  stop "/bin/false"
  depends on db, f
  if failed port 80 protocol http then restart
check process db pidfile /d
  start "/bin/true"
check file f path /f
  if size > 1 MB then alert`),
    );
    expect(text).toContain('poll = "30s"');
    expect(text).toContain(String.raw`name = "web"
command = "/bin/sh"
args = ["-c", "say $$HOME\u0009now", "\\x"]
user = "65534"`);
    expect(text).toContain('pid_file = "/run/w"');
    expect(text).toContain('start_timeout = "60s"');
    expect(text).toContain('depends_on = ["db"]');
    expect(text).toContain('# depends on f, which is no service of its own here');
    expect(text).toContain('  "if failed port 80 protocol http then restart",');
    expect(text).toContain('# file "f" is watched, not run');
    expect(text.split('\n').filter((line) => line.startsWith('[[services]]'))).toHaveLength(2);
  });

  it('says what is not carried over', () => {
    expect(convert(configure('set fips\ncheck fifo q path /q'))).toContain('# not carried over: set fips');
  });
});

describe('the report', () => {
  it('lists what is understood but not enforced', () => {
    const configuration = configure(`set mmonit http://u:secret@a/collector
set httpd port 2812 allow @ops allow md5 /etc/passwd
set fips
check process p pidfile /x
 if failed security attribute "x" then alert
 if failed port 1 type udp protocol radius then alert
 if disk read > 5 operations/s then alert
 if memory > 1 kB and cpu > 1% then alert
 alert a@example.org only on { instance, timeout }
 alert b@example.org but not on { instance }`);
    const list = listNotEnforced(configuration);
    expect(list.map(({ at, what }) => `${at.line} ${what}`)).toEqual([
      '1 set mmonit http://u:***@a/collector',
      '2 allow @ops',
      '2 allow md5 /etc/passwd',
      '4 set fips',
      '5 p: if failed security attribute "x" then alert',
      '6 p: if failed port 1 type udp protocol radius then alert',
      '7 p: if disk read > 5 operations/s then alert',
      '8 p: if memory > 1 kB and cpu > 1% then alert',
      '9 alert a@example.org on { instance }',
    ]);
    expect(list.every(({ why }) => why.length > 10)).toBe(true);
    expect(JSON.stringify(list)).not.toContain('secret');
  });

  it('renders verdict, issues and what has no effect', () => {
    const { configuration, issues, accepted } = load('set fips\ncheck system a\ncheck system A\n');
    const text = renderReport({
      file: 'monitrc',
      configuration,
      issues,
      accepted,
      notEnforced: listNotEnforced(configuration),
    });
    expect(text).toContain('monitrc: not accepted: 1 service, 1 error, 0 warnings');
    expect(text).toContain('monitrc:3:1: error: cannot define the service "A" again');
    expect(text).toContain('set fips');
  });
});
