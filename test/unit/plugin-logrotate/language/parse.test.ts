import { describe, expect, it } from 'vitest';
import { DEFAULT_RULES, type RotationRules } from '../../../../packages/plugin-logrotate/src/language/rules.ts';
import { parse } from '../fixtures.ts';

const NEXT = '/next {\n  rotate 9\n}\n';

/** What a directive in a block changes. */
const effects: readonly (readonly [string, Partial<RotationRules>])[] = [
  ['daily', { criterion: { kind: 'daily' }, hasCriterion: true }],
  ['weekly', { criterion: { kind: 'weekly', weekday: 0 }, hasCriterion: true }],
  ['weekly 7', { criterion: { kind: 'weekly', weekday: 7 }, hasCriterion: true }],
  ['monthly', { criterion: { kind: 'monthly' }, hasCriterion: true }],
  ['monthly 15', { criterion: { kind: 'monthly', day: 15 }, hasCriterion: true }],
  ['minutes 5', { criterion: { kind: 'minutes', minutes: 5 }, hasCriterion: true }],
  ['yearly\n  hourly', { criterion: { kind: 'hourly' }, hasCriterion: true }],
  ['size 10k', { criterion: { kind: 'size', bytes: 10_240 }, hasCriterion: true }],
  ['size = 10K', { criterion: { kind: 'size', bytes: 10_240 }, hasCriterion: true }],
  ['minsize 2M', { minSize: 2 * 1024 ** 2 }],
  ['maxsize=1G', { maxSize: 1024 ** 3 }],
  ['rotate 0x10', { rotate: 16 }],
  ['rotate 012', { rotate: 10 }],
  ['rotate -1', { rotate: -1 }],
  ['start 0', { start: 0 }],
  ['create', { create: {} }],
  ['create 0640', { create: { mode: 0o640 } }],
  ['create 0640 www adm', { create: { mode: 0o640, uid: 33, gid: 4 } }],
  ['create www adm', { create: { uid: 33, gid: 4 } }],
  ['create 640 www', { create: { mode: 0o640, uid: 33 } }],
  ['create\n  nocreate', {}],
  ['createolddir', { createOldDir: { mode: 0o755 } }],
  ['su www adm', { su: { user: 'www', uid: 33, gid: 4 } }],
  ['su "www" \'adm\'', { su: { user: 'www', uid: 33, gid: 4 } }],
  ['su www', { su: { user: 'www', uid: 33, gid: 33 } }],
  ['copytruncate\n  renamecopy', { renameCopy: true }],
  ['renamecopy\n  copytruncate', { copyTruncate: true }],
  ['compresscmd /usr/bin/xz', { compressCommand: '/usr/bin/xz', compressExt: '.xz' }],
  ['compressoptions -9 --rsyncable', { compressOptions: ['-9', '--rsyncable'] }],
  ['mail a@example.org\n  mailfirst', { mail: 'a@example.org', mailFirst: true }],
  ['postrotate\n    one\n    }\n  endscript', { scripts: { postrotate: '    one\n    }\n' } }],
  ['prerotate\n a\nendscript\nprerotate\n b\nendscript', { scripts: { prerotate: ' b\n' } }],
  ['compress # text', { compress: true }],
  ['dateformat -%Y %m', { dateFormat: '-%Y %m' }],
];

describe('a directive', () => {
  it.each(effects)('%s', (directive, change) => {
    const { blocks } = parse(`/log {\n  ${directive}\n}\n`);
    expect(blocks[0]?.rules).toEqual({ ...DEFAULT_RULES, ...change });
  });
});

/** What an error costs: which of the blocks /before, /log and /next are left, and the first message. */
const costs: readonly (readonly [string, string, readonly string[]])[] = [
  ['  nonsense 1', "warning: f:5 unknown option 'nonsense' -- ignoring line", ['/before', '/log', '/next']],
  ['  rotate x', "error: f:5 bad rotation count 'x'", ['/before', '/next']],
  ['  rotate', 'error: f:5 argument expected after rotate count', ['/before', '/next']],
  ['  rotate 1 # text', "error: f:5 bad rotation count '1 # text'", ['/before', '/next']],
  ['  size 5m', "error: f:5 unknown unit 'm'", ['/before', '/next']],
  ['  minage -1', "error: f:5 bad minimum age '-1'", ['/before', '/next']],
  ['  daily!', "error: f:5 keyword 'daily' not properly separated, found 0x21", ['/before', '/next']],
  ['  /name', 'error: f:5 unexpected log filename', ['/before', '/next']],
  ['  su root nogroup', "error: f:5 unknown group 'nogroup'", ['/before', '/next']],
  ['  create 640 nouser adm', "error: f:5 unknown user 'nouser'", ['/before', '/next']],
  ['  tabooext .x', 'error: f:5 tabooext may not appear inside of log file definition', ['/before', '/next']],
  ['  rotate x }', "error: f:5 bad rotation count 'x }'", ['/before']],
  ['  weekly 8', "error: f:5 bad weekly directive ' 8'", ['/before']],
  ['  postrotate\n', 'error: f:prerotate, postrotate or preremove without endscript', ['/before']],
  ['}\n}', 'error: f:6 unexpected }', ['/before', '/log']],
];

describe('what an error costs', () => {
  it.each(costs)('%s', (line, message, left) => {
    const { blocks, messages } = parse(`/before {\n  rotate 1\n}\n/log {\n${line}\n}\n${NEXT}`);
    expect(messages[0]).toBe(message);
    expect(blocks.map(({ pattern }) => pattern)).toEqual(left);
  });

  it('ends a lost block at an indented brace, but not at one in a script or a comment', () => {
    const script = '  postrotate\n    f() { true; }\n  }\n  endscript\n';
    const { blocks } = parse(`/log {\n  rotate x\n${script}  # }\n  }\n${NEXT}`);
    expect(blocks.map(({ pattern }) => pattern)).toEqual(['/next']);
  });

  it('frees the names of a lost block for later ones', () => {
    const { blocks, messages } = parse('/log {\n  rotate x\n}\n/log {\n  rotate 2\n}\n');
    expect(blocks.map(({ rules }) => rules.rotate)).toEqual([2]);
    expect(messages.some((message) => message.includes('duplicate'))).toBe(false);
  });

  it('does not take the rules of a lost text over', () => {
    const { rules, hasFailed } = parse('compress\nrotate x\ndaily\n');
    expect(rules).toEqual({ ...DEFAULT_RULES, compress: true });
    expect(hasFailed).toBe(true);
  });
});

describe('names', () => {
  it('may stand on several lines with comments between them', () => {
    const { blocks } = parse('/a "/b c"\n# comment {\n\'/d\' /e\\ f\n{\n}\n');
    expect(blocks[0]?.files).toEqual(['/a', '/b c', '/d', '/e f']);
    expect(blocks[0]?.source).toEqual({ file: 'f', line: 1 });
  });

  it('are an error when another block has them, unless that block ignores duplicates', () => {
    expect(parse('/a {\n}\n/a {\n}\n').messages).toEqual(['error: f:3 duplicate log entry for /a']);
    expect(parse('/a {\n  ignoreduplicates\n}\n/a {\n}\n').messages).toEqual([]);
  });

  it.each([
    ['/a\n', "error: f:1 missing '{' after log files definition"],
    ['/a }\n', "error: f:1 unexpected } (missing previous '{')"],
    ['/a \\', "error: f:1 missing '{' after log files definition"],
  ])('%s', (text, message) => {
    expect(parse(text).messages).toEqual([message]);
  });
});

it('notes which criterion replaces which only for -v', () => {
  expect(parse('/a {\n  daily\n  weekly\n}\n').messages).toEqual([]);
});

it('says that a su without a group uses that of the user', () => {
  expect(parse('/a {\n  su www\n}\n').messages).toEqual([
    "warning: f:2 no group for su, using the group of user 'www'",
  ]);
});
