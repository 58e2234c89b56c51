import type { Scenario } from './differential.ts';

const TWO = { 'a.log': 'one\n', 'b.log': 'two\n' } as const;
const script = (name: string, line: string): string => `  ${name}\n    ${line}\n  endscript\n`;
const all = (names: readonly string[], rest = ''): string =>
  names.map((name) => script(name, `echo ${name} $0 $# "$@"; ls $D`)).join('') + rest;
const ALL = ['firstaction', 'prerotate', 'postrotate', 'preremove', 'lastaction'];
const block = (directives: string, names = '$D/*.log'): string => `${names} {\n${directives}}\n`;
const MAILER = {
  mailer: { content: '#!/bin/sh\n{ printf "%s|" "$@"; echo; cat; } >> "$(dirname "$0")/mails"\n', mode: 0o755 },
} as const;
const mailing = (directives: string, tree: Scenario['tree']): Omit<Scenario, 'name'> => ({
  tree: { ...MAILER, ...tree },
  config: block(`  rotate 1\n  mail someone@example.org\n${directives}`, '$D/a.log'),
  args: ['-f', '-m', '$D/mailer'],
});

/** The order and the arguments of scripts, what their failures cost, and mail. */
export const scriptScenarios: readonly Scenario[] = [
  {
    name: 'all scripts, each log alone',
    tree: { ...TWO, 'a.log.1': '1', 'a.log.2': '2' },
    config: block(`  rotate 1\n  create\n${all(ALL)}`),
    since: '3.22',
  },
  {
    name: 'all scripts, shared',
    tree: { ...TWO, 'b.log.1': '1' },
    config: block(`  rotate 1\n  create\n  sharedscripts\n${all(ALL)}`),
    since: '3.22',
  },
  { name: 'all scripts with compress', tree: TWO, config: block(`  rotate 1\n  compress\n${all(ALL)}`), since: '3.22' },
  {
    name: 'all scripts with dateext',
    tree: { ...TWO, 'a.log-20200101': '1', 'a.log-20210101': '1' },
    config: block(`  rotate 1\n  dateext\n${all(['prerotate', 'postrotate', 'preremove'])}`),
    since: '3.22',
  },
  { name: 'postrotate and its arguments', tree: TWO, config: block(`  rotate 1\n  compress\n${all(['postrotate'])}`) },
  {
    name: 'scripts with nothing to do',
    tree: { 'a.log': '' },
    config: block(`  rotate 1\n  notifempty\n  sharedscripts\n${all(ALL)}`),
  },
  {
    name: 'a firstaction that fails',
    tree: TWO,
    config: block(`  rotate 1\n${script('firstaction', 'exit 3')}${all(['prerotate', 'lastaction'])}`),
  },
  {
    name: 'a prerotate that fails for one log',
    tree: TWO,
    config: block(`  rotate 1\n${script('prerotate', 'case "$1" in *a.log) exit 1;; esac')}`),
    since: '3.22',
  },
  {
    name: 'a shared prerotate that fails',
    tree: { ...TWO, 'a.log.1': '1' },
    config: block(`  rotate 2\n  sharedscripts\n${script('prerotate', 'false')}`),
    since: '3.22',
  },
  {
    name: 'a postrotate that fails for one log',
    tree: { ...TWO, 'a.log.1.gz': { content: '1', gz: true } },
    config: block(`  rotate 1\n  compress\n${script('postrotate', 'case "$1" in *a.log) exit 1;; esac')}`),
  },
  {
    name: 'a shared postrotate that fails',
    tree: { ...TWO, 'a.log.1.gz': { content: '1', gz: true } },
    config: block(`  rotate 1\n  compress\n  sharedscripts\n${script('postrotate', 'false')}`),
  },
  {
    name: 'a preremove that fails',
    tree: { ...TWO, 'a.log.1': '1' },
    config: block(`  rotate 1\n${script('preremove', 'false')}`),
    otherMessages: 'the C program adds the reason of a removal that it did not try',
  },
  { name: 'a lastaction that fails', tree: TWO, config: block(`  rotate 1\n${script('lastaction', 'false')}`) },
  {
    name: 'a shared set with a missing log',
    tree: TWO,
    config: block(`  rotate 1\n  sharedscripts\n${all(['prerotate', 'postrotate'])}`, '$D/a.log $D/none.log'),
    since: '3.22',
  },
  {
    name: 'a shared set where one log cannot be renamed',
    tree: { ...TWO, 'a.log-20200101': 'x' },
    config: block(
      `  rotate 1\n  sharedscripts\n  dateext\n  dateformat -20200101\n${all(['postrotate', 'lastaction'])}`,
    ),
    since: '3.22',
  },
  {
    name: 'a second script of one kind replaces the first',
    tree: TWO,
    config: block(`  rotate 1\n${script('postrotate', 'echo first')}${script('postrotate', 'echo second')}`),
  },
  {
    name: 'global scripts are inherited',
    tree: TWO,
    config: `postrotate\n  echo global "$@"\nendscript\n${block('  rotate 1\n')}`,
  },
  {
    name: 'names with shell characters stay words',
    tree: { 'a $(touch x) ;b.log': 'x' },
    config: block(`  rotate 1\n  shred\n${all(['prerotate', 'postrotate'])}`),
    since: '3.22',
  },
  {
    name: 'scripts under su run as the caller',
    tree: { own: { kind: 'directory', uid: 1 }, 'own/a.log': { content: 'x', uid: 1 } },
    config: block(`  su daemon daemon\n  rotate 1\n${script('postrotate', 'id -u')}`, '$D/own/a.log'),
  },
  { name: 'maillast', ...mailing('', { 'a.log': 'new\n', 'a.log.1': 'old\n' }) },
  {
    name: 'maillast of a compressed log',
    ...mailing('  compress\n', { 'a.log': 'new\n', 'a.log.1.gz': { content: 'old\n', gz: true } }),
  },
  { name: 'mailfirst', ...mailing('  mailfirst\n', { 'a.log': 'new\n', 'a.log.1': 'old\n' }) },
  { name: 'mailfirst with compress', ...mailing('  mailfirst\n  compress\n', { 'a.log': 'new\n' }) },
  {
    name: 'mailfirst with delaycompress',
    ...mailing('  mailfirst\n  compress\n  delaycompress\n', { 'a.log': 'new\n', 'a.log.1': 'old\n' }),
  },
  { name: 'mail with rotate 0', ...mailing('  rotate 0\n', { 'a.log': 'new\n' }) },
  {
    name: 'mail with dateext',
    ...mailing('  dateext\n', {
      'a.log': 'new\n',
      'a.log-20200101': '1\n',
      'a.log-20210101': '2\n',
      'a.log-20220101': '3\n',
    }),
  },
  {
    name: 'a mailer that fails',
    tree: { 'a.log': 'new\n', 'a.log.1': 'old\n' },
    config: block('  rotate 1\n  mail someone@example.org\n'),
    args: ['-f', '-m', '/bin/false'],
  },
];
