import { dirname } from 'node:path';
import { readAlert, readMailFormat } from './alerts.ts';
import type { ReadContext } from './context.ts';
import { readByteUnit, readDuration, readSeconds } from './quantities.ts';
import { readHttpd } from './set-httpd.ts';
import { readMailServers } from './set-mail.ts';
import type { Limits, Settings } from './settings.ts';
import { readTls, readTlsBlock } from './tests/tls.ts';

export type SettingsDraft = { -readonly [K in keyof Settings]: Settings[K] };

type SetReader = (context: ReadContext, settings: SettingsDraft) => void;

/** Reads one `set …` statement into the settings. The cursor stands on `set`. */
export function readSet(context: ReadContext, settings: SettingsDraft): void {
  const { cursor } = context;
  cursor.next();
  const token = cursor.peek();
  const reader = token.kind === 'keyword' ? READERS.get(token.key) : undefined;
  if (reader === undefined) throw cursor.fault('a setting', [...READERS.keys()]);
  if (token.key !== 'alert' && token.key !== 'mail-format' && token.key !== 'ssl' && token.key !== 'tls') cursor.next();
  reader(context, settings);
}

function readDaemon({ cursor, issues }: ReadContext, settings: SettingsDraft): void {
  const token = cursor.peek();
  settings.pollSeconds = cursor.number('a number of seconds');
  if (settings.pollSeconds < 1) {
    issues.deviation({
      at: token,
      code: 'ERR_CONFIG_TYPE',
      message: 'cannot poll every 0 seconds: the poll time must be greater than 0',
    });
    settings.pollSeconds = undefined;
  }
  if (!cursor.is('start') || !cursor.is('delay', 1)) return;
  cursor.next();
  cursor.next();
  settings.startDelaySeconds = cursor.number('a number of seconds');
}

const FACILITIES = [
  'log_auth',
  'log_authpriv',
  'log_cron',
  'log_daemon',
  'log_ftp',
  'log_kern',
  'log_lpr',
  'log_mail',
  'log_news',
  'log_syslog',
  'log_user',
  'log_uucp',
  'log_local0',
  'log_local1',
  'log_local2',
  'log_local3',
  'log_local4',
  'log_local5',
  'log_local6',
  'log_local7',
];

function readLog({ cursor, issues, host }: ReadContext, settings: SettingsDraft): void {
  if (!cursor.take('syslog')) {
    const token = cursor.path('the path of the log file');
    if (!host.isDirectory(dirname(token.value))) {
      issues.deviation({
        at: token,
        code: 'ERR_CONFIG_UNREADABLE',
        message: `cannot write the log file "${token.value}": its directory does not exist`,
      });
    }
    settings.log = { kind: 'file', path: token.value };
    return;
  }
  if (!cursor.take('facility')) {
    settings.log = { kind: 'syslog', facility: undefined };
    return;
  }
  const token = cursor.string('a syslog facility');
  if (!FACILITIES.includes(token.value)) {
    issues.error({
      at: token,
      code: 'ERR_CONFIG_TYPE',
      message: `cannot use the syslog facility "${token.value}": it is not one of ${FACILITIES.join(', ')}`,
    });
  }
  settings.log = { kind: 'syslog', facility: token.value };
}

function readEventQueue({ cursor, issues }: ReadContext, settings: SettingsDraft): void {
  const first = cursor.peek();
  const directory = cursor.take('basedir') ? cursor.path('the directory of the queue').value : undefined;
  const slots = cursor.take('slot') ? cursor.number('a number of slots') : undefined;
  if (directory === undefined && slots === undefined) {
    if (issues.mode === 'strict') throw cursor.fault('"basedir" or "slots"');
    issues.warn({ at: first, message: '"set eventqueue" needs "basedir" or "slots": ignored' });
    return;
  }
  settings.eventQueue = { directory, slots };
}

function readMmonit(context: ReadContext, settings: SettingsDraft): void {
  const { cursor } = context;
  const urls: { at: ReturnType<typeof cursor.place>; url: string }[] = [];
  do {
    const token = cursor.peek();
    if (token.kind !== 'url') throw cursor.fault('a URL without quotes');
    cursor.next();
    const [scheme = '', user = '', , host = '', port = '', path = ''] = token.items;
    urls.push({
      at: cursor.place(token),
      url: `${scheme}://${user === '' ? '' : `${user}:***@`}${host}${port === '' ? '' : `:${port}`}${path}`,
    });
  } while (cursor.peek().kind === 'url');
  if (cursor.take('timeout')) readSeconds(cursor, 'the timeout');
  readTls(context);
  if (cursor.take('certmd5')) cursor.string('a checksum');
  if (cursor.take('register')) cursor.expect('credentials');
  readHostGroups(context);
  settings.mmonit = [...settings.mmonit, ...urls];
}

// Host groups came after 5.33: a word, then a bracketed list that the scanner sees as plain words.
function readHostGroups({ cursor, issues }: ReadContext): void {
  const token = cursor.peek();
  if (issues.mode === 'strict' || token.kind !== 'string' || token.value.toLowerCase() !== 'hostgroups') return;
  issues.warn({ at: token, message: '"hostgroups" exists only in releases after 5.33' });
  cursor.next();
  for (let word = cursor.next(); word.kind !== 'end' && !word.raw.endsWith(']'); word = cursor.next()) continue;
}

const SIZE_LIMITS: ReadonlyMap<string, keyof Limits> = new Map([
  ['programoutput', 'programOutput'],
  ['sendexpectbuffer', 'sendExpectBuffer'],
  ['filecontentbuffer', 'fileContentBuffer'],
  ['httpcontentbuffer', 'httpContentBuffer'],
]);
const TIME_LIMITS: ReadonlyMap<string, keyof Limits> = new Map([
  ['networktimeout', 'networkTimeoutMs'],
  ['programtimeout', 'programTimeoutMs'],
  ['stoptimeout', 'stopTimeoutMs'],
  ['starttimeout', 'startTimeoutMs'],
  ['restarttimeout', 'restartTimeoutMs'],
]);

function readLimits({ cursor, issues }: ReadContext, settings: SettingsDraft): void {
  cursor.expect('{');
  while (!cursor.take('}')) {
    const token = cursor.peek();
    const size = token.kind === 'keyword' ? SIZE_LIMITS.get(token.key) : undefined;
    const isExec = issues.mode === 'lenient' && token.kind === 'string' && token.value.toLowerCase() === 'exectimeout';
    const time = isExec ? 'execTimeoutMs' : token.kind === 'keyword' ? TIME_LIMITS.get(token.key) : undefined;
    if (size === undefined && time === undefined)
      throw cursor.fault('the name of a limit', [...SIZE_LIMITS.keys(), ...TIME_LIMITS.keys()]);
    if (isExec) issues.warn({ at: token, message: 'the limit "execTimeout" exists only in releases after 5.33' });
    cursor.next();
    cursor.expect(':');
    if (size !== undefined)
      settings.limits = { ...settings.limits, [size]: cursor.number('a size') * readByteUnit(cursor) };
    else if (time !== undefined) settings.limits = { ...settings.limits, [time]: readDuration(cursor, 'the limit') };
  }
}

const runFile =
  (key: 'pidfile' | 'idfile' | 'statefile'): SetReader =>
  ({ cursor }, settings) => {
    settings[key] = cursor.path(`the path of the ${key}`).value;
  };

const without =
  (what: string, read: (context: ReadContext) => void): SetReader =>
  (context, settings) => {
    const at = context.cursor.place();
    read(context);
    settings.without = [...settings.without, { at, what }];
  };

const readGlobalTls: SetReader = (context, settings) => {
  context.cursor.next();
  if (!context.cursor.is('{')) throw context.cursor.fault('"{" and TLS options');
  settings.tls = readTlsBlock(context);
};

const READERS: ReadonlyMap<string, SetReader> = new Map<string, SetReader>([
  ['daemon', readDaemon],
  ['init', (_context, settings) => void (settings.foreground = true)],
  ['logfile', readLog],
  ['pidfile', runFile('pidfile')],
  ['idfile', runFile('idfile')],
  ['statefile', runFile('statefile')],
  ['httpd', readHttpd],
  ['mailserver', readMailServers],
  [
    'mail-format',
    (context, settings) => void (settings.mailFormat = { ...settings.mailFormat, ...readMailFormat(context) }),
  ],
  ['alert', (context, settings) => void (settings.alerts = [...settings.alerts, readAlert(context)])],
  ['eventqueue', readEventQueue],
  ['mmonit', readMmonit],
  ['ssl', readGlobalTls],
  ['tls', readGlobalTls],
  ['limits', readLimits],
  [
    'onreboot',
    ({ cursor }, settings) =>
      void (settings.onreboot = cursor.expectOne(
        ['start', 'nostart', 'laststate'],
        '"start", "nostart" or "laststate"',
      )),
  ],
  ['terminal', without('set terminal', ({ cursor }) => void cursor.expect('batch'))],
  ['fips', without('set fips', () => undefined)],
]);

// The old spelling of the limit sendExpectBuffer is no keyword, so it arrives as a plain word.
/** True when the statement is `set expectbuffer N unit`; reads it. */
export function readOldExpectBuffer({ cursor }: ReadContext, settings: SettingsDraft): boolean {
  const token = cursor.peek(1);
  if (!cursor.is('set') || token.kind !== 'string' || token.value.toLowerCase() !== 'expectbuffer') return false;
  cursor.next();
  cursor.next();
  settings.limits = { ...settings.limits, sendExpectBuffer: cursor.number('a size') * readByteUnit(cursor) };
  return true;
}
