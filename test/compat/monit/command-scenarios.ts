import { spawnSync } from 'node:child_process';
import { type Arena, endProcess } from './arena.ts';
import { exec } from './scenarios.ts';

/** What happens next. After each turn nothing more may happen for a while, unless `isFleeting`. */
export type Turn = { readonly isFleeting?: boolean } & (
  | { readonly command: readonly string[] }
  /** A daemon that is stopped has forgotten nothing but by `forget`. */
  | { readonly daemon: 'restart' | 'stop' | 'forget' }
  | { readonly title: string; readonly act: (arena: Arena) => void }
  /** Waits for so many lines like this since the last thing that was done. */
  | { readonly until: RegExp; readonly times: number }
);

export interface CommandScenario {
  readonly title: string;
  readonly set: (arena: Arena) => Promise<string> | string;
  readonly turns: readonly Turn[];
  readonly processes?: readonly string[];
  /** What of the log is compared; default: all of it. */
  readonly view?: (lines: readonly string[]) => readonly string[];
}

const command = (words: string): Turn => ({ command: words.split(' ') });
const ask = (words: string): Turn => ({ ...command(words), isFleeting: true });

function kill(name: string): Turn {
  return { title: `kill ${name}`, act: (arena) => endProcess(arena.path(`${name}.pid`)) };
}

/** A process whose starts and stops are written into one log, in their order. */
function logged(arena: Arena, name: string, rest = ''): string {
  const method = (verb: string): string =>
    `${verb} program = "/bin/sh -c '${arena.note('all', `${verb}-${name}`)}; ${arena.path('proc')} ${verb} ${name}'" with timeout 5 seconds`;
  return `check process ${name} with pidfile ${arena.path(`${name}.pid`)}\n ${method('start')}\n ${method('stop')}\n ${rest}`;
}

/** What different services do at the same time has no order here; monit takes one after the other. */
function unorderedWithinTurns(lines: readonly string[]): readonly string[] {
  const turns: string[][] = [[]];
  for (const line of lines) {
    if (line.startsWith('$')) turns.push([]);
    turns.at(-1)?.push(line);
  }
  return turns.flatMap(([first = '', ...rest]) =>
    first.startsWith('$') ? [first, ...rest.sort()] : [first, ...rest].sort(),
  );
}

/** How often the probe failed before each run of the program, since the last turn. */
function failuresBefore(label: string): (lines: readonly string[]) => readonly string[] {
  return (lines) => {
    let failures = 0;
    return lines.flatMap((line) => {
      if (line.startsWith('$')) failures = 0;
      else if (line === label) return [`${label} after ${failures}`];
      else failures += 1;
      return line.startsWith('$') ? [line] : [];
    });
  };
}

export const COMMAND_SCENARIOS: readonly CommandScenario[] = [
  {
    title: 'S04 restart, stop and start of one process, over a restart of the daemon',
    set: (a) => logged(a, 'p'),
    processes: ['p'],
    turns: [command('restart p'), command('stop p'), { daemon: 'restart' }, command('start p'), kill('p')],
  },
  {
    title: 'S05 monitor after the restart limit gives fresh attempts',
    set: (a) => `check process p with pidfile ${a.path('p.pid')}
 start program = "/bin/sh -c '${a.note('all', 'start-p')}; exit 3'" with timeout 1 seconds
 if 3 restarts within 5 cycles then unmonitor`,
    turns: [command('monitor p')],
  },
  {
    title: 'S07 dependencies: start, stop, restart, monitor and unmonitor spread along them',
    set: (a) => [logged(a, 'a', 'depends on b'), logged(a, 'b', 'depends on c'), logged(a, 'c')].join('\n'),
    processes: ['a', 'b', 'c'],
    turns: [
      command('restart b'),
      command('stop c'),
      command('start a'),
      command('unmonitor c'),
      kill('a'),
      kill('c'),
      command('monitor a'),
      command('stop b'),
      command('restart a'),
      command('stop all'),
      command('start all'),
    ],
  },
  {
    title: 'S16 groups, patterns, names that do not exist, and a reload that keeps what is not monitored',
    set(a) {
      for (const [name, rest] of [
        ['a', 'group two'],
        ['b', 'group two\n group three'],
        ['c', 'group three'],
      ] as const)
        a.write(`part-${name}.conf`, logged(a, name, rest));
      return `include ${a.path('part-*.conf')}`;
    },
    processes: ['a', 'b', 'c'],
    turns: [
      command('-g two stop'),
      command('-g three restart'),
      command('-g none stop'),
      command('start A'),
      command('stop [AB]'),
      command('stop none'),
      command('stop c.'),
      command('start all'),
      command('unmonitor c'),
      command('reload'),
      kill('c'),
      kill('b'),
      command('-g three monitor'),
    ],
    view: unorderedWithinTurns,
  },
  {
    title:
      'S22 onreboot: what was stopped stays so over a restart of the daemon, and without memory everything but nostart starts',
    set: (a) =>
      [
        logged(a, 'never', 'onreboot nostart'),
        logged(a, 'as', 'onreboot laststate'),
        logged(a, 'always', 'onreboot start'),
        logged(a, 'kept'),
      ].join('\n'),
    processes: ['never', 'as', 'always', 'kept'],
    turns: [
      command('start never'),
      command('stop as'),
      command('stop always'),
      { daemon: 'restart' },
      command('stop never'),
      { daemon: 'stop' },
      { daemon: 'forget' },
      { daemon: 'restart' },
    ],
  },
  {
    title: 'S34 restarts by a person do not count for the limit',
    set: (a) => logged(a, 'p', `if 3 restarts within 40 cycles then ${exec(a, 'all', 'limit')}`),
    processes: ['p'],
    turns: [command('restart p'), command('restart p'), command('restart p'), kill('p')],
  },
  {
    title: 'S38 exit codes',
    set: (a) => logged(a, 'p'),
    processes: ['p'],
    turns: [
      command('status'),
      ...['status p', 'status none', 'summary', 'summary p', 'summary none'].map(ask),
      // Not "validate": monit wakes its daemon and says 1.
      ...['report', 'report up', 'report none', 'procmatch sleep'].map(ask),
      ...['-B summary', '-v status p', 'stop none', '-g none start all'].map(ask),
      ...['monitor p', 'unmonitor p', 'start p', 'restart p', 'stop p'].map(command),
      ...['start', 'jump', '-Z', '-c', '-h'].map(ask),
      { daemon: 'stop' },
      // Not "reload": without a daemon monit says 0.
      ...['status', 'summary', 'report'].map(ask),
    ],
  },
  {
    title: 'S41 a count of failures begins anew after unmonitor and monitor, and after a restart of the daemon',
    async set(a) {
      const port = await a.server(
        'all',
        Array.from({ length: 1000 }, () => 500),
      );
      return `check host h with address 127.0.0.1
 if failed port ${port} protocol http for 12 cycles then ${exec(a, 'all', 'twelve')}`;
    },
    turns: [
      { until: /500/, times: 2, isFleeting: true },
      command('unmonitor h'),
      ask('monitor h'),
      { until: /twelve/, times: 1, isFleeting: true },
      command('unmonitor h'),
      ask('monitor h'),
      { until: /500/, times: 2, isFleeting: true },
      { daemon: 'restart', isFleeting: true },
      { until: /twelve/, times: 1, isFleeting: true },
    ],
    view: failuresBefore('twelve'),
  },
  {
    title: 'S43 a process that somebody else started: start runs nothing, and its ports wait for the start timeout',
    set(a) {
      spawnSync(a.path('proc'), ['start', 'p']);
      return `check process p with pidfile ${a.path('p.pid')}
 start program = "${a.note('all', 'start-p')}" with timeout 25 seconds
 stop program = "${a.note('all', 'stop-p')}"
 if failed port 9 then ${exec(a, 'all', 'port')}`;
    },
    processes: ['p'],
    turns: [command('start p'), { until: /port/, times: 1 }, command('start p')],
  },
];
