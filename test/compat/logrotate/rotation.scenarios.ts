import type { Scenario } from './differential.ts';

const LOG = { 'a.log': 'one\ntwo\n' } as const;
const shell = (name: string, lines: string): string => `  ${name}\n    ${lines}\n  endscript\n`;
const block = (directives: string, names = '$D/*.log'): string => `${names} {\n${directives}\n}\n`;
const dated = (days: number): string =>
  new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');

/** What happens to logs and their old copies. */
export const rotationScenarios: readonly Scenario[] = [
  { name: 'rotate 0 leaves nothing', tree: LOG, config: block('  rotate 0') },
  {
    name: 'rotate 0 with old copies',
    tree: { ...LOG, 'a.log.1': 'old', 'a.log.2': 'older' },
    config: block('  rotate 0'),
  },
  {
    name: 'rotate 3 four times',
    tree: LOG,
    config: block('  rotate 3\n  create'),
    between: [{ 'a.log': '2' }, { 'a.log': '3' }, { 'a.log': '4' }],
  },
  {
    name: 'higher numbers of an earlier setting stay',
    tree: { ...LOG, 'a.log.1': '1', 'a.log.2': '2', 'a.log.7': '7' },
    config: block('  rotate 1'),
  },
  {
    name: 'rotate -1 keeps all',
    tree: { ...LOG, 'a.log.1': '1', 'a.log.3': '3', 'a.log.x': 'x' },
    config: block('  rotate -1'),
  },
  { name: 'start 0', tree: { ...LOG, 'a.log.0': '0', 'a.log.1': '1' }, config: block('  rotate 2\n  start 0') },
  {
    name: 'start 7',
    tree: { ...LOG, 'a.log.7': '7', 'a.log.8': '8', 'a.log.1': '1' },
    config: block('  rotate 2\n  start 7'),
  },
  {
    name: 'compress',
    tree: { ...LOG, 'a.log.1.gz': { content: '1', gz: true }, 'a.log.2.gz': { content: '2', gz: true } },
    config: block('  rotate 2\n  compress'),
  },
  {
    name: 'compress leaves plain older copies',
    tree: { ...LOG, 'a.log.1': '1', 'a.log.2': '2' },
    config: block('  rotate 3\n  compress'),
  },
  {
    name: 'compress three times',
    tree: LOG,
    config: block('  rotate 2\n  compress\n  create'),
    between: [{ 'a.log': '2' }, { 'a.log': '3' }],
  },
  {
    name: 'delaycompress three times',
    tree: LOG,
    config: block('  rotate 3\n  compress\n  delaycompress\n  create'),
    between: [{ 'a.log': '2' }, { 'a.log': '3' }],
  },
  {
    name: 'delaycompress without compress',
    tree: { ...LOG, 'a.log.1': '1' },
    config: block('  rotate 3\n  delaycompress'),
  },
  {
    name: 'a compressed name that is taken is kept as a backup',
    tree: { ...LOG, 'a.log.1': '1', 'a.log.1.gz': { content: 'x', gz: true } },
    config: block('  rotate 3\n  compress\n  delaycompress'),
  },
  { name: 'compressoptions', tree: LOG, config: block('  rotate 3\n  compress\n  compressoptions -9') },
  {
    name: 'compresscmd xz with its ending',
    tree: LOG,
    config: block('  rotate 2\n  compress\n  compresscmd /usr/bin/xz\n  uncompresscmd /usr/bin/unxz'),
  },
  {
    name: 'compressext after compresscmd',
    tree: LOG,
    config: block('  rotate 2\n  compress\n  compresscmd /bin/cat\n  compressext .copy'),
  },
  {
    name: 'a compressor that fails',
    tree: LOG,
    config: block('  rotate 2\n  compress\n  create\n  compresscmd /bin/false'),
    otherMessages: 'the C program names the compressed file twice',
  },
  {
    name: 'a compressor that does not exist',
    tree: LOG,
    config: block('  rotate 2\n  compress\n  compresscmd /nonexistent/compressor'),
    otherMessages: 'its child prints the reason',
  },
  { name: 'copy', tree: { ...LOG, 'a.log.1': '1' }, config: block('  rotate 2\n  copy') },
  { name: 'copytruncate', tree: { ...LOG, 'a.log.1': '1' }, config: block('  rotate 2\n  copytruncate') },
  {
    name: 'copytruncate of a larger log',
    tree: { 'a.log': 'line of a log\n'.repeat(20_000) },
    config: block('  rotate 2\n  copytruncate'),
  },
  { name: 'copytruncate with rotate 0', tree: LOG, config: block('  rotate 0\n  copytruncate') },
  {
    name: 'copytruncate, compress and dateext',
    tree: LOG,
    config: block('  rotate 2\n  copytruncate\n  compress\n  dateext'),
  },
  {
    name: 'copytruncate keeps mode and owner',
    tree: { 'a.log': { content: 'x', mode: 0o620, uid: 1, gid: 2 } },
    config: block('  rotate 2\n  copytruncate'),
  },
  {
    name: 'a copy whose name is taken',
    tree: { ...LOG, [`a.log-${dated(0)}`]: 'taken' },
    config: block('  rotate 2\n  copytruncate\n  dateext'),
  },
  {
    name: 'renamecopy into another directory',
    tree: { ...LOG, 'old/x': '' },
    config: block('  rotate 2\n  renamecopy\n  olddir old\n  create'),
  },
  {
    name: 'renamecopy with a script',
    tree: LOG,
    config: block(`  rotate 2\n  renamecopy\n${shell('postrotate', 'ls $D; echo "$@"')}`),
  },
  {
    name: 'create takes over mode and owner',
    tree: { 'a.log': { content: 'x', mode: 0o604, uid: 1, gid: 2 } },
    config: block('  rotate 1\n  create'),
  },
  {
    name: 'create with a mode',
    tree: { 'a.log': { content: 'x', mode: 0o604, uid: 1, gid: 2 } },
    config: block('  rotate 1\n  create 0640'),
  },
  { name: 'create with mode, owner and group', tree: LOG, config: block('  rotate 1\n  create 0660 daemon adm') },
  { name: 'create with owner and group only', tree: LOG, config: block('  rotate 1\n  create daemon adm') },
  { name: 'create with a set-group-id mode', tree: LOG, config: block('  rotate 1\n  create 2640 root adm') },
  { name: 'nocreate overrides the global create', tree: LOG, config: `create\n${block('  rotate 1\n  nocreate')}` },
  {
    name: 'dateext',
    tree: { ...LOG, [`a.log-${dated(2)}`]: '2', [`a.log-${dated(3)}`]: '3', [`a.log-${dated(4)}`]: '4' },
    config: block('  rotate 3\n  dateext'),
  },
  {
    name: 'dateext with rotate 0',
    tree: { ...LOG, [`a.log-${dated(2)}`]: '2', [`a.log-${dated(3)}`]: '3' },
    config: block('  rotate 0\n  dateext'),
  },
  {
    name: 'dateext and maxage',
    tree: {
      ...LOG,
      'a.log-20200101': { content: '1', ageDays: 900 },
      'a.log-20210101': { content: '2', ageDays: 500 },
      'a.log-20220101': '3',
    },
    config: block('  rotate 9\n  maxage 30\n  dateext'),
  },
  {
    name: 'dateext leaves names that do not fit',
    tree: { ...LOG, 'a.log-2020': '1', 'a.log-20200101x': '2', 'a.log-20200102': '3', 'a.log-20200103': '4' },
    config: block('  rotate 1\n  dateext'),
  },
  {
    name: 'dateext, compress and delaycompress',
    tree: { ...LOG, 'a.log-20200101.gz': { content: '1', gz: true }, 'a.log-20210101': '2', 'a.log-20220101': '3' },
    config: block('  rotate 3\n  dateext\n  compress\n  delaycompress'),
  },
  {
    name: 'dateext whose target exists',
    tree: { ...LOG, [`a.log-${dated(0)}`]: 'taken' },
    config: block('  rotate 3\n  dateext'),
  },
  {
    name: 'dateformat with a dot and an unknown letter',
    tree: LOG,
    config: block('  rotate 3\n  dateext\n  dateformat .%Y-%m-%q'),
  },
  { name: 'dateyesterday', tree: LOG, config: block('  rotate 3\n  dateext\n  dateyesterday') },
  { name: 'datehourago with hourly', tree: LOG, config: block('  hourly\n  rotate 3\n  dateext\n  datehourago') },
  { name: 'hourly adds the hour', tree: LOG, config: block('  hourly\n  rotate 3\n  dateext') },
  { name: 'week and weekday in the date', tree: LOG, config: block('  rotate 3\n  dateext\n  dateformat -%Y-W%V') },
  { name: 'extension', tree: { ...LOG, 'a.1.log': '1' }, config: block('  rotate 2\n  extension .log', '$D/a.log') },
  {
    name: 'extension with compress',
    tree: { ...LOG, 'a.1.log.gz': { content: '1', gz: true } },
    config: block('  rotate 2\n  extension .log\n  compress', '$D/a.log'),
  },
  { name: 'extension that the log does not have', tree: LOG, config: block('  rotate 2\n  extension .txt') },
  {
    name: 'addextension',
    tree: { 'a.log': 'x', 'b.old': 'y' },
    config: block('  rotate 2\n  addextension .old', '$D/a.log $D/b.old'),
  },
  {
    name: 'extension with dateext',
    tree: { ...LOG, 'a-20200101.log': '1' },
    config: block('  rotate 1\n  extension .log\n  dateext', '$D/a.log'),
  },
  {
    name: 'olddir, relative',
    tree: { ...LOG, 'old/a.log.1': '1', 'old/a.log.2': '2' },
    config: block('  rotate 2\n  olddir old'),
  },
  {
    name: 'olddir, absolute, compressed',
    tree: { ...LOG, 'old/a.log.1.gz': { content: '1', gz: true } },
    config: block('  rotate 2\n  olddir $D/old\n  compress'),
  },
  { name: 'createolddir', tree: LOG, config: block('  rotate 2\n  olddir $D/new\n  createolddir 750 root adm') },
  {
    name: 'olddir with dateext',
    tree: { ...LOG, 'old/a.log-20200101': '1', 'old/a.log-20210101': '2' },
    config: block('  rotate 1\n  olddir old\n  dateext'),
  },
  {
    name: 'maxage removes by age within the numbers',
    tree: {
      ...LOG,
      'a.log.1': { content: '1', ageDays: 9 },
      'a.log.2': '2',
      'a.log.3': { content: '3', ageDays: 9 },
      'a.log.4': { content: '4', ageDays: 9 },
    },
    config: block('  rotate 4\n  maxage 5'),
  },
  {
    name: 'maxage with rotate -1',
    tree: { ...LOG, 'a.log.1': { content: '1', ageDays: 9 }, 'a.log.2': '2', 'a.log.5': { content: '3', ageDays: 9 } },
    config: block('  rotate -1\n  maxage 5'),
  },
  {
    name: 'shred',
    tree: { ...LOG, 'a.log.1': '1', 'a.log.2': '2' },
    config: block('  rotate 1\n  shred\n  shredcycles 1'),
  },
  {
    name: 'a pattern that matches its own copies',
    tree: { 'a.log': 'x', 'a.log.1': '1' },
    config: block('  rotate 2', '$D/a.log*'),
  },
  {
    name: 'several names, quoted and plain',
    tree: { 'a b.log': 'x', 'c.log': 'y', "d'.log": 'z' },
    config: block('  rotate 1', `"$D/a b.log" $D/c.log\n# a comment\n$D/d\\'.log`),
  },
  {
    name: 'hidden files are not matched by a star',
    tree: { '.h.log': 'x', 'a.log': 'y' },
    config: block('  rotate 1'),
  },
  { name: 'a missing log', tree: LOG, config: block('  rotate 1', '$D/a.log $D/none.log') },
  {
    name: 'a missing log that may be missing',
    tree: LOG,
    config: block('  rotate 1\n  missingok', '$D/a.log $D/none.log'),
  },
  {
    name: 'notifempty holds even against force',
    tree: { 'a.log': '', 'b.log': 'x' },
    config: block('  rotate 1\n  notifempty'),
  },
  { name: 'ifempty', tree: { 'a.log': '' }, config: block('  rotate 1\n  ifempty') },
  {
    name: 'symbolic links are left alone',
    tree: { 'real/x': 'x', 'a.log': { link: 'real/x' }, 'b.log': 'y' },
    config: block('  rotate 1'),
  },
  {
    name: 'hard links are left alone',
    tree: { 'a.log': 'x', 'b.log': { hardlink: 'a.log' }, 'c.log': 'y' },
    config: block('  rotate 1'),
  },
  {
    name: 'allowhardlink',
    tree: { 'a.log': 'x', 'b.txt': { hardlink: 'a.log' } },
    config: block('  rotate 1\n  allowhardlink'),
  },
  { name: 'directories are left out', tree: { 'dir.log/x': 'x', 'a.log': 'y' }, config: block('  rotate 1') },
  {
    name: 'a named pipe is renamed like a file',
    tree: { 'a.log': { kind: 'pipe' }, 'b.log': 'y' },
    config: block('  rotate 1\n  create'),
  },
  {
    name: 'a directory that everybody may write to',
    tree: { open: { kind: 'directory', mode: 0o777 }, 'open/a.log': 'x', 'b.log': 'y' },
    config: block('  rotate 1', '$D/open/a.log $D/b.log'),
  },
  {
    name: 'a directory that another group may write to',
    tree: { open: { kind: 'directory', mode: 0o775, gid: 4 }, 'open/a.log': 'x' },
    config: block('  rotate 1', '$D/open/a.log'),
  },
  {
    name: 'the same with su',
    tree: {
      open: { kind: 'directory', mode: 0o777, uid: 1 },
      'open/a.log': { content: 'x', uid: 1, gid: 1 },
      'open/a.log.1': { content: '1', uid: 1, gid: 1 },
    },
    config: block('  su daemon daemon\n  rotate 2\n  compress\n  create 0640 root root', '$D/open/a.log'),
  },
  {
    name: 'su with copytruncate',
    tree: { own: { kind: 'directory', uid: 1 }, 'own/a.log': { content: 'x', uid: 1, gid: 1 } },
    config: block('  su daemon daemon\n  rotate 2\n  copytruncate', '$D/own/a.log'),
  },
  {
    name: 'su without the right to write',
    tree: { 'a.log': 'x' },
    config: block('  su daemon daemon\n  rotate 2'),
    otherMessages: 'the pid of the C program is part of its text',
  },
  { name: 'a sparse log', tree: { 'a.log': `x${'\0'.repeat(300_000)}y` }, config: block('  rotate 1\n  copy') },
  { name: 'an empty configuration', tree: LOG, config: '' },
];
