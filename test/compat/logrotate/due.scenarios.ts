import type { Scenario } from './differential.ts';

const block = (directives: string, names = '$D/*.log'): string => `${names} {\n${directives}\n  rotate 2\n}\n`;
const stamp = (daysAgo: number, time = '-3:7:9'): string => {
  const date = new Date(Date.now() - daysAgo * 86_400_000);
  return `${date.getUTCFullYear()}-${date.getUTCMonth() + 1}-${date.getUTCDate()}${time}`;
};
const state = (daysAgo: number, time?: string): string =>
  `logrotate state -- version 2\n"$D/a.log" ${stamp(daysAgo, time)}\n`;
const LOG = { 'a.log': { content: 'x'.repeat(100), ageDays: 10 } } as const;
const plain = (name: string, directives: string, more: Partial<Scenario>): Scenario => ({
  name,
  tree: LOG,
  config: block(directives),
  args: [],
  ...more,
});

/** When a log is due, and what the state file remembers. */
export const dueScenarios: readonly Scenario[] = [
  plain('a log that is new is not rotated', '  daily', {}),
  plain('a log that is new and large enough is', '  size 100', {}),
  plain('size is met at its very value', '  size 100', { state: state(0) }),
  plain('one byte below size', '  size 101', { state: state(900) }),
  plain('daily, rotated today', '  daily', { state: state(0, '-0:0:0') }),
  plain('daily, rotated yesterday', '  daily', { state: state(1, '-23:59:59') }),
  plain('hourly, rotated yesterday at this hour', '  hourly', { state: state(1) }),
  plain('weekly after six days', '  weekly 7', { state: state(6) }),
  plain('weekly after seven days', '  weekly 7', { state: state(7, '-23:59:59') }),
  ...[0, 1, 2, 3, 4, 5, 6].map((day) => plain(`weekly ${day} after one day`, `  weekly ${day}`, { state: state(1) })),
  plain('weekly on its weekday, rotated today', `  weekly ${new Date().getUTCDay()}`, { state: state(0, '-0:0:0') }),
  plain('monthly after 40 days', '  monthly', { state: state(40) }),
  plain('yearly after 400 days', '  yearly', { state: state(400) }),
  plain('yearly after two days', '  yearly', { state: state(2) }),
  plain('the last criterion wins', '  daily\n  size 1k', { state: state(9) }),
  plain('minsize holds a period back', '  daily\n  minsize 1k', { state: state(9) }),
  plain('minsize is met', '  daily\n  minsize 100', { state: state(9) }),
  plain('minsize does not hold size back', '  size 10\n  minsize 1k', { state: state(9) }),
  plain('maxsize goes ahead of the period', '  monthly\n  maxsize 99', { state: state(0) }),
  plain('maxsize at its very value', '  monthly\n  maxsize 100', { state: state(0) }),
  plain('minage holds back', '  daily\n  minage 20', { state: state(30) }),
  plain('minage is met', '  daily\n  minage 5', { state: state(30) }),
  plain('notifempty', '  daily\n  notifempty', { state: state(9), tree: { 'a.log': '' } }),
  plain('a state in the far future forces', '  daily', { state: state(-9) }),
  plain('a state from tomorrow', '  daily', { state: state(-1, '-0:0:0') }),
  plain('version 1 of the state', '  daily', { state: `logrotate state -- version 1\n$D/a.log ${stamp(3, '')}\n` }),
  plain('a date without a time', '  daily', { state: state(3, '') }),
  plain('names with quotes and backslashes', '  daily', {
    state: `logrotate state -- version 2\n"/x \\"y\\" \\\\z" ${stamp(3)}\n`,
  }),
  plain('entries not seen for a year are dropped', '  daily', {
    state: `${state(1)}"/old" ${stamp(400)}\n"/young" ${stamp(300)}\n`,
  }),
  plain('a bad first line', '  daily', { state: `something else\n"$D/a.log" ${stamp(3)}\n` }),
  plain('a bad line', '  daily', {
    state: `logrotate state -- version 2\n"/b" ${stamp(3)}\ngarbage\n"$D/a.log" ${stamp(3)}\n`,
  }),
  plain('a month that is none', '  daily', { state: 'logrotate state -- version 2\n"$D/a.log" 2026-13-1-0:0:0\n' }),
  plain('an empty state file', '  daily', { state: '' }),
  plain('a world-readable state file', '  daily', { state: state(3), stateMode: 0o644 }),
  plain('the mode of the state file stays', '  daily', { state: state(3), stateMode: 0o660 }),
  plain('debug changes nothing', '  daily', { state: state(3), args: ['-d'], otherMessages: 'nothing to compare' }),
  plain('options after the configuration', '  daily', { state: state(3), args: ['--force', '--verbose'] }),
  plain('a state that is not wanted', '  daily', { args: ['-f', '--state=/dev/null'] }),
  plain('skip the lock', '  daily', { args: ['-f', '--skip-state-lock'] }),
  plain('wait for the lock', '  daily', { args: ['-f', '--wait-for-state-lock'] }),
  plain('an unknown option', '  daily', { args: ['--nonsense'] }),
  plain('both lock options', '  daily', { args: ['--skip-state-lock', '--wait-for-state-lock'] }),
];
