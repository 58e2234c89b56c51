import { appendFileSync, copyFileSync, existsSync, renameSync, utimesSync, writeFileSync, chmodSync } from 'node:fs';
import { type Arena, endProcess } from './arena.ts';

/** What is written for one arena: statements, what happens in which cycle, and processes to end. */
export interface Stage {
  readonly text: string;
  readonly steps?: Readonly<Record<number, () => void>>;
  readonly processes?: readonly string[];
}

/** One scenario. Its logs are those of the services named in `logs`. */
export interface Scenario {
  readonly title: string;
  readonly logs: readonly string[];
  /** A log that is compared as a set of lines, because nothing orders them. */
  readonly unordered?: boolean;
  set(arena: Arena): Promise<Stage> | Stage;
}

type Answers = Parameters<Arena['server']>[1];

/** A host with one HTTP rule: `rule` gets the part in front of `then`. */
function host(
  title: string,
  name: string,
  answers: Answers,
  rest: (arena: Arena) => string,
  methods: (arena: Arena) => string = (arena) =>
    `start program = "${arena.note(name, 'start')}"\n stop program = "${arena.note(name, 'stop')}"`,
): Scenario {
  return {
    title,
    logs: [name],
    async set(arena) {
      const port = await arena.server(name, answers);
      return {
        text: `check host ${name} with address 127.0.0.1\n ${methods(arena)}\n ${rest(arena).replaceAll('PORT', String(port))}`,
      };
    },
  };
}

export const exec = (arena: Arena, name: string, label: string): string => `exec "${arena.note(name, label)}"`;

/** A process with a pid file that is started and stopped by the arena's program. */
export function processService(arena: Arena, name: string, rest = ''): string {
  return `check process ${name} with pidfile ${arena.path(`${name}.pid`)}
 start program = "${arena.path('proc')} start ${name}" with timeout 5 seconds
 stop program = "${arena.path('proc')} stop ${name}" with timeout 5 seconds
 ${rest}`;
}

export const SCENARIOS: readonly Scenario[] = [
  {
    title: 'S01 the loose start and stop forms, a failing port restarts in every bad cycle and not in good ones',
    logs: ['s01'],
    async set(arena) {
      const port = await arena.server('s01', [500, 500, 200, 500, 200, 200]);
      return {
        text: `check host s01 with address 127.0.0.1
  start "${arena.note('s01', 'start')}"
  stop "${arena.note('s01', 'stop')}"
  if failed port ${port} protocol HTTP
    request /ok/
    with timeout 5 seconds
    then restart`,
      };
    },
  },
  host(
    'S02 for 3 cycles, and two good ones for the way back',
    's02',
    [500, 500, 200, 500, 500, 500, 200, 500, 200, 200, 200],
    (a) =>
      `if failed port PORT protocol http for 3 cycles then ${exec(a, 's02', 'bad')} else if succeeded for 2 cycles then ${exec(a, 's02', 'good')}`,
  ),
  host(
    'S03 three times within five cycles',
    's03',
    [500, 200, 500, 200, 500, 200, 200, 200],
    (a) => `if failed port PORT protocol http for 3 times within 5 cycles then ${exec(a, 's03', 'bad')}`,
  ),
  host(
    'S09 exec repeats every third cycle',
    's09',
    [500, 500, 500, 500, 500, 500, 500, 200, 200],
    (a) => `if failed port PORT protocol http then ${exec(a, 's09', 'bad')} repeat every 3 cycles`,
  ),
  host(
    'S09b exec without repeat runs once in a failure',
    's09b',
    [500, 500, 500, 200, 500, 200],
    (a) => `if failed port PORT protocol http then ${exec(a, 's09b', 'bad')}`,
  ),
  host(
    'S13 only a restart program: it runs in every failing cycle',
    's13b',
    [500, 500, 200, 200],
    () => 'if failed port PORT protocol http then restart',
    (a) => `restart program = "${a.note('s13b', 'restart')}"`,
  ),
  host(
    'S13 methods whose exit status is not 0 count as done',
    's13c',
    [500, 500, 200, 200],
    () => 'if failed port PORT protocol http then restart',
    (a) =>
      `start program = "/bin/sh -c '${a.note('s13c', 'start')}; exit 3'"\n stop program = "/bin/sh -c '${a.note('s13c', 'stop')}; exit 4'"`,
  ),
  host(
    'S15 a redirect is an answer, and is not followed',
    's15a',
    [{ status: 302, headers: { location: '/other' } }, 302, 200],
    (a) => `if failed port PORT protocol http then ${exec(a, 's15a', 'bad')}`,
  ),
  host(
    'S15 a wanted status',
    's15b',
    [302, 200, 302, 302],
    (a) => `if failed port PORT protocol http status = 302 then ${exec(a, 's15b', 'bad')}`,
  ),
  host(
    'S15 the request on the wire',
    's15c',
    [200, 200],
    (a) => `if failed port PORT protocol http request "/a b?x=1&y=2" then ${exec(a, 's15c', 'bad')}`,
  ),
  host(
    'S15 content of the body',
    's15d',
    [
      { status: 200, body: 'state=up' },
      { status: 200, body: 'state=down' },
      { status: 200, body: 'state=up 1' },
    ],
    (a) => `if failed port PORT protocol http content = "state=(up|ok)" then ${exec(a, 's15d', 'bad')}`,
  ),
  host(
    'S15 content that must not be there',
    's15e',
    [
      { status: 200, body: 'fine' },
      { status: 200, body: 'Error 7' },
      { status: 200, body: 'fine' },
    ],
    (a) => `if failed port PORT protocol http content != "Error [0-9]" then ${exec(a, 's15e', 'bad')}`,
  ),
  host(
    'S21 retries are attempts within one cycle',
    's21a',
    [500, 500, 500, 500, 500, 500, 200, 200],
    (a) => `if failed port PORT protocol http retry 3 for 2 cycles then ${exec(a, 's21a', 'bad')}`,
  ),
  host(
    'S21 a good retry saves the cycle',
    's21b',
    [500, 200, 500, 200, 500, 500, 500, 200, 200],
    (a) => `if failed port PORT protocol http retry 3 then ${exec(a, 's21b', 'bad')}`,
  ),
  host(
    'S21 a response time reads as the good condition',
    's21c',
    [200, 200, 200],
    (a) => `if failed port PORT protocol http responsetime > 0 ms then ${exec(a, 's21c', 'bad')}`,
  ),
  host(
    'S26 recovered for 2 times within 3 cycles',
    's26a',
    [500, 500, 500, 500, 200, 200, 200, 200],
    (a) =>
      `if failed port PORT protocol http then ${exec(a, 's26a', 'bad')} else if recovered for 2 times within 3 cycles then ${exec(a, 's26a', 'good')}`,
  ),
  host(
    'S28 a refused login fails',
    's28a',
    [401, 200, 200],
    (a) => `if failed port PORT protocol http username "u" password "p" then ${exec(a, 's28a', 'bad')}`,
  ),
  host(
    'S28 a status below a limit',
    's28b',
    [404, 500, 404, 404],
    (a) => `if failed port PORT protocol http status < 500 then ${exec(a, 's28b', 'bad')}`,
  ),
  host(
    'S28 if succeeded fires at the first good answer only',
    's28c',
    [500, 200, 200, 500, 200, 500],
    (a) => `if succeeded port PORT protocol http then ${exec(a, 's28c', 'good')}`,
  ),
  host(
    'S31 every second cycle counts performed checks',
    's31',
    [500, 500, 200, 200],
    (a) => `every 2 cycles\n if failed port PORT protocol http for 2 cycles then ${exec(a, 's31', 'bad')}`,
  ),
  host(
    'S39 restarts on bad samples only while waiting for the way back',
    's39',
    [500, 500, 200, 200, 200, 200],
    (a) =>
      `if failed port PORT protocol http then restart else if succeeded for 3 cycles then ${exec(a, 's39', 'good')}`,
  ),
  host(
    'S02 arguments split at blanks, quotes keep one together',
    's02b',
    [500, 200, 200],
    (a) => `if failed port PORT protocol http then exec "${a.path('note')} s02b a 'b  c' d"`,
  ),
  {
    title: 'S28 variables of an exec program',
    logs: ['s28e'],
    async set(arena) {
      const port = await arena.server('s28e', [500, 200, 200]);
      arena.write('env.sh', `#!/bin/sh\n${arena.path('note')} s28e "$MONIT_SERVICE/$MONIT_EVENT"\n`, 0o755);
      return {
        text: `check host s28e with address 127.0.0.1\n if failed port ${port} protocol http then exec "${arena.path('env.sh')}"`,
      };
    },
  },
  {
    title: 'S10 a passive service is not started, its programs run',
    logs: ['s10a'],
    set: (a) => ({
      text: processService(a, 's10a', `mode passive\n if does not exist then ${exec(a, 's10a', 'gone')}`),
    }),
  },
  {
    title: 'S10 an own rule on existence replaces the implied restart, and starts in each later failing cycle',
    logs: ['s10b'],
    set: (a) => ({
      text: `check process s10b with pidfile ${a.path('s10b.pid')}
 start program = "/bin/sh -c '${a.note('s10b', 'start')}; test $(grep -c start ${a.path('log/s10b')}) -lt 3 || ${a.path('proc')} start s10b'" with timeout 1 seconds
 if does not exist for 3 cycles then start`,
      processes: ['s10b'],
    }),
  },
  {
    title: 'S11 each change of a checksum, and none at the first look',
    logs: ['s11a'],
    set(a) {
      const file = a.write('s11a.txt', 'one');
      return {
        text: `check file s11a with path ${file}\n if changed checksum then ${exec(a, 's11a', 'changed')}`,
        steps: { 3: () => writeFileSync(file, 'two'), 5: () => writeFileSync(file, 'three') },
      };
    },
  },
  {
    title: 'S11 changed timestamp and changed size',
    logs: ['s11b'],
    unordered: true,
    set(a) {
      const file = a.write('s11b.txt', 'one');
      return {
        text: `check file s11b with path ${file}
 if changed timestamp then ${exec(a, 's11b', 'time')}
 if changed size then ${exec(a, 's11b', 'size')}`,
        steps: {
          3: () => utimesSync(file, new Date(), new Date(Date.now() + 100_000)),
          6: () => {
            writeFileSync(file, 'longer');
            utimesSync(file, new Date(), new Date(Date.now() + 200_000));
          },
        },
      };
    },
  },
  {
    title: 'S11 a wrong permission, once',
    logs: ['s11c'],
    set(a) {
      const file = a.write('s11c.txt', 'one', 0o640);
      return {
        text: `check file s11c with path ${file}\n if failed permission 640 then ${exec(a, 's11c', 'mode')}`,
        steps: { 3: () => chmodSync(file, 0o600), 6: () => chmodSync(file, 0o640), 7: () => chmodSync(file, 0o644) },
      };
    },
  },
  {
    title: 'S11 content: new whole lines only, ignored ones not',
    logs: ['s11d'],
    set(a) {
      const file = a.write('s11d.txt', 'error before\n');
      return {
        text: `check file s11d with path ${file}
 ignore content = "harmless"
 if content = "error" then ${exec(a, 's11d', 'hit')}`,
        steps: {
          3: () => appendFileSync(file, 'error one\nerror two\n'),
          5: () => appendFileSync(file, 'harmless error\n'),
          6: () => appendFileSync(file, 'an error begins'),
          8: () => appendFileSync(file, ' and ends\n'),
        },
      };
    },
  },
  {
    title: 'S11 a missing file is restarted in every cycle until it is there',
    logs: ['s11e'],
    set: (a) => ({
      text: `check file s11e with path ${a.path('s11e.txt')}
 start program = "/bin/sh -c '${a.note('s11e', 'start')}; test $(grep -c start ${a.path('log/s11e')}) -lt 3 || touch ${a.path('s11e.txt')}'"`,
    }),
  },
  {
    title: 'S11 size limits',
    logs: ['s11f'],
    set(a) {
      const file = a.write('s11f.txt', 'x');
      return {
        text: `check file s11f with path ${file}\n if size > 10 B then ${exec(a, 's11f', 'big')} else if succeeded then ${exec(a, 's11f', 'small')}`,
        steps: { 3: () => writeFileSync(file, 'x'.repeat(20)), 6: () => writeFileSync(file, 'x') },
      };
    },
  },
  {
    title: 'S12 the status of a program, for two cycles and at each change',
    logs: ['s12a'],
    unordered: true,
    set(a) {
      const file = a.write('s12a.status', '0');
      a.write('s12a.sh', `#!/bin/sh\nexit $(cat ${file})\n`, 0o755);
      return {
        text: `check program s12a with path "${a.path('s12a.sh')}"
 if status != 0 for 2 cycles then ${exec(a, 's12a', 'bad')}
 if changed status then ${exec(a, 's12a', 'changed')}`,
        steps: { 3: () => writeFileSync(file, '7'), 8: () => writeFileSync(file, '0') },
      };
    },
  },
  {
    title: 'S12 a status that restarts runs stop and start of the program service',
    logs: ['s12b'],
    set(a) {
      const file = a.write('s12b.status', '0');
      a.write('s12b.sh', `#!/bin/sh\nexit $(cat ${file})\n`, 0o755);
      return {
        text: `check program s12b with path "${a.path('s12b.sh')}"
 start program = "/bin/sh -c '${a.note('s12b', 'start')}; echo 0 > ${file}'"
 stop program = "${a.note('s12b', 'stop')}"
 if status == 7 for 2 cycles then restart`,
        steps: { 3: () => writeFileSync(file, '7') },
      };
    },
  },
  {
    title: 'S04 a process that is gone is started, and again after it was killed',
    logs: ['s04'],
    set: (a) => ({
      text: processService(a, 's04'),
      steps: { 4: () => endProcess(a.path('s04.pid')) },
      processes: ['s04'],
    }),
  },
  {
    title: 'S05 three failed starts, then nothing more',
    logs: ['s05'],
    set: (a) => ({
      text: `check process s05 with pidfile ${a.path('s05.pid')}
 start program = "/bin/sh -c '${a.note('s05', 'start')}; exit 3'" with timeout 1 seconds
 if 3 restarts within 5 cycles then unmonitor`,
    }),
  },
  {
    title: 'S06 two restart limits: a program once, then the end',
    logs: ['s06'],
    unordered: true,
    set: (a) => ({
      text: `check process s06 with pidfile ${a.path('s06.pid')}
 start program = "/bin/sh -c '${a.note('s06', 'start')}; exit 3'" with timeout 1 seconds
 if 2 restarts within 3 cycles then ${exec(a, 's06', 'twice')}
 if 4 restarts within 5 cycles then timeout`,
    }),
  },
  {
    title: 'S07 a prerequisite dies: dependants stop first and start last',
    logs: ['s07'],
    set(a) {
      const one = (name: string, rest = ''): string => `check process ${name} with pidfile ${a.path(`${name}.pid`)}
 start program = "/bin/sh -c '${a.note('s07', `start-${name}`)}; ${a.path('proc')} start ${name}'" with timeout 5 seconds
 stop program = "/bin/sh -c '${a.note('s07', `stop-${name}`)}; ${a.path('proc')} stop ${name}'" with timeout 5 seconds
 ${rest}`;
      return {
        text: [one('s07a', 'depends on s07b'), one('s07b', 'depends on s07c'), one('s07c')].join('\n'),
        steps: { 5: () => endProcess(a.path('s07c.pid')) },
        processes: ['s07a', 's07b', 's07c'],
      };
    },
  },
  {
    title: 'S18 a changed file stops the process that depends on it',
    logs: ['s18'],
    set(a) {
      const file = a.write('s18.txt', 'one');
      return {
        text: `${processService(a, 's18', 'depends on s18file')}\ncheck file s18file with path ${file}\n if failed checksum then stop`,
        steps: { 5: () => writeFileSync(file, 'two') },
        processes: ['s18'],
      };
    },
  },
  {
    title: 'S36 a pid file with garbage names no process',
    logs: ['s36a'],
    set(a) {
      a.write('s36a.pid', 'no number\n');
      return {
        text: `check process s36a with pidfile ${a.path('s36a.pid')}
 start program = "/bin/sh -c 'rm -f ${a.path('s36a.pid')}; ${a.path('proc')} start s36a'" with timeout 5 seconds`,
        processes: ['s36a'],
      };
    },
  },
  {
    title: 'S36 a refused UDP port and a missing unix socket fail',
    logs: ['s36b'],
    unordered: true,
    set: (a) => ({
      text: `check process s36b with matching "monit-arena-never-runs|arena-marker"
 if does not exist then ${exec(a, 's36b', 'gone')}
check host s36c with address 127.0.0.1
 if failed port 9 type udp then ${exec(a, 's36b', 'udp')}`,
    }),
  },
  {
    title: 'S42 only the last of several conditions counts',
    logs: ['s42'],
    unordered: true,
    set(a) {
      a.write('s42.pid', String(process.pid));
      return {
        text: `check process s42 with pidfile ${a.path('s42.pid')}
 if memory > 1 kB and children > 9999 then ${exec(a, 's42', 'first')}
 if children > 9999 and memory > 1 kB then ${exec(a, 's42', 'second')}`,
      };
    },
  },
  {
    ...host(
      'S37 a rule beside one that stops is judged all the same',
      's37',
      [500, 500],
      (a) =>
        `if failed port PORT protocol http then ${exec(a, 's37', 'told')}\n if failed port PORT protocol http then stop`,
    ),
    unordered: true,
  },
  host(
    'S26 stop: once, and then it is not looked at any more',
    's26b',
    [500],
    () => 'if failed port PORT protocol http then stop',
  ),
  host(
    'S26 unmonitor: not looked at any more',
    's26c',
    [500],
    () => 'if failed port PORT protocol http then unmonitor',
  ),
  {
    title: 'S19 uptime of the system, once; a fifo that is none is restarted',
    logs: ['s19', 's19f'],
    set(a) {
      const file = a.write('s19f', 'x');
      return {
        text: `check system s19 \n if uptime > 1 second then ${exec(a, 's19', 'up')}
check fifo s19f with path ${file}
 start program = "/bin/sh -c '${a.note('s19f', 'start')}; test $(grep -c start ${a.path('log/s19f')}) -lt 3 || (rm -f ${file}; mkfifo ${file})'"`,
      };
    },
  },
  {
    title: 'S23 not every minute never runs',
    logs: ['s23'],
    async set(a) {
      const port = await a.server('s23x', []);
      return {
        text: `check host s23 with address 127.0.0.1\n not every "* * * * *"\n if succeeded port ${port} protocol http then ${exec(a, 's23', 'ran')}`,
      };
    },
  },
  {
    title: 'S30 a dependant waits until its prerequisite is there',
    logs: ['s30'],
    set(a) {
      return {
        text: `check file s30b with path ${a.path('s30b.txt')}\n if does not exist then alert
check file s30a with path ${a.path('s30a.txt')}\n depends on s30b\n if does not exist then ${exec(a, 's30', 'missing')}`,
        steps: {
          4: () => {
            if (!existsSync(a.path('log/s30'))) appendFileSync(a.path('log/s30'), 'nothing until now\n');
            writeFileSync(a.path('s30b.txt'), '');
          },
        },
      };
    },
  },
  {
    title: 'S25 a pattern finds the process, and finds it gone',
    logs: ['s25'],
    set(a) {
      copyFileSync('/bin/sleep', a.path('sleeper'));
      a.write('s25.sh', `#!/bin/sh\n${a.path('sleeper')} 1000 &\necho $! > ${a.path('s25.pid')}\nwait\n`, 0o755);
      return {
        text: `check process s25 with matching "${a.path('sleeper')} 1000"
 start program = "/bin/sh -c '${a.note('s25', 'start')}; setsid ${a.path('s25.sh')} >/dev/null 2>&1 </dev/null &'" with timeout 5 seconds
 stop program = "${a.note('s25', 'stop')}"`,
        steps: { 5: () => endProcess(a.path('s25.pid')) },
        processes: ['s25'],
      };
    },
  },
  {
    title: 'S11 a directory where a file should be is invalid',
    logs: ['s11g'],
    set: (a) => ({
      text: `check directory s11g with path ${a.write('s11g', 'x')}
 start program = "/bin/sh -c '${a.note('s11g', 'start')}; test $(grep -c start ${a.path('log/s11g')}) -lt 2 || (rm -f ${a.path('s11g')}; mkdir ${a.path('s11g')})'"`,
    }),
  },
  {
    title: 'S11 a directory whose time changes, when it is renamed in',
    logs: ['s11h'],
    set(a) {
      const old = a.write('s11h.old', 'x');
      const file = a.write('s11h.txt', 'y');
      return {
        text: `check file s11h with path ${file}\n if changed size then ${exec(a, 's11h', 'size')}`,
        steps: { 4: () => writeFileSync(old, 'longer'), 5: () => renameSync(old, file) },
      };
    },
  },
];
