import { describe, expect, it } from 'vitest';
import { DEFAULT_RULES, parseBlock, parseConfiguration, parseTable } from '@tappet/plugin-logrotate';
import { accounts } from '../fixtures.ts';

const HANDBOOK = [
  'su root',
  'daily',
  'rotate 7',
  'delaycompress',
  'compress',
  'notifempty',
  'missingok',
  'copytruncate',
];
const EXPECTED = {
  ...DEFAULT_RULES,
  su: { user: 'root', uid: 0, gid: 0 },
  criterion: { kind: 'daily' },
  hasCriterion: true,
  rotate: 7,
  delayCompress: true,
  compress: true,
  ifEmpty: false,
  missingOk: true,
  copyTruncate: true,
};

describe("the handbook's stanza", () => {
  it('is the same rules as a file, as a block and as keys', () => {
    const file = parseConfiguration(
      { text: `/var/log/myapp.log {\n${HANDBOOK.map((line) => `  ${line}\n`).join('')}}\n`, file: 'myapp' },
      { accounts },
    );
    const block = parseBlock(HANDBOOK.join('\n'), { accounts });
    const table = parseTable(
      {
        su: 'root',
        daily: true,
        rotate: 7,
        delaycompress: true,
        compress: true,
        notifempty: true,
        missingok: true,
        copytruncate: true,
      },
      { accounts },
    );
    expect(file.hasFailed).toBe(false);
    expect(file.blocks.map(({ files }) => files)).toEqual([['/var/log/myapp.log']]);
    expect(file.blocks[0]?.rules).toEqual(EXPECTED);
    expect(block.rules).toEqual(EXPECTED);
    expect(table.rules).toEqual(EXPECTED);
    const errors = [...block.issues, ...table.issues].filter(({ severity }) => severity !== 'warning');
    expect(errors).toEqual([]);
  });
});

describe('a block as text', () => {
  it('reports every faulty line with its number', () => {
    const { issues, rules } = parseBlock('rotate x\ndaily\nsize 5m\ncompres\nrotate 3\n', {
      accounts,
      path: ['services', 0],
    });
    expect(issues.map(({ line, message, severity }) => [line, message, severity])).toEqual([
      [1, "bad rotation count 'x'", 'error'],
      [3, "unknown unit 'm'", 'error'],
      [4, "unknown option 'compres' -- ignoring line", 'warning'],
    ]);
    expect(issues[2]).toMatchObject({ hint: 'did you mean "compress"?', path: ['services', 0], excerpt: 'compres' });
    expect(rules.rotate).toBe(3);
  });

  it('starts from the rules it is given', () => {
    const { rules } = parseBlock('daily', { accounts, rules: { ...DEFAULT_RULES, rotate: 9 } });
    expect(rules).toMatchObject({ rotate: 9, criterion: { kind: 'daily' } });
  });

  it.each([
    ['/var/log/x {\n  daily\n}\n', 'a block given as text has no file names and no braces of its own'],
    ['include /etc/logrotate.conf', 'a block given as text cannot include files'],
    ['postrotate\n  true\n', 'prerotate, postrotate or preremove without endscript'],
    ['}', 'unexpected }'],
  ])('%s', (text, message) => {
    expect(parseBlock(text, { accounts }).issues.map((issue) => issue.message)).toContain(message);
  });
});

describe('a table of words', () => {
  it.each([
    [{ size: '10M' }, { criterion: { kind: 'size', bytes: 10 * 1024 ** 2 } }],
    [{ size: 100 }, { criterion: { kind: 'size', bytes: 100 } }],
    [{ weekly: true }, { criterion: { kind: 'weekly', weekday: 0 } }],
    [{ weekly: 1 }, { criterion: { kind: 'weekly', weekday: 1 } }],
    [{ monthly: true }, { criterion: { kind: 'monthly' } }],
    [{ monthly: 31 }, { criterion: { kind: 'monthly', day: 31 } }],
    [{ create: '0640 root adm' }, { create: { mode: 0o640, uid: 0, gid: 4 } }],
    [{ create: true }, { create: {} }],
    [{ create: true, nocreate: true }, { create: undefined }],
    [{ compress: false }, { compress: false }],
    [{ notifempty: true }, { ifEmpty: false }],
    [{ ifempty: false }, { ifEmpty: false }],
    [{ notifempty: false }, { ifEmpty: true }],
    [{ postrotate: 'kill -HUP 1' }, { scripts: { postrotate: 'kill -HUP 1\n' } }],
    [{ daily: true, size: '1k' }, { criterion: { kind: 'size', bytes: 1024 } }],
    [{ daily: false }, { criterion: DEFAULT_RULES.criterion }],
  ])('%j', (table, change) => {
    const { rules, issues } = parseTable(table, { accounts });
    expect(issues).toEqual([]);
    expect(rules).toMatchObject(change);
  });

  it.each([
    [{ rotat: 3 }, 'ERR_CONFIG_UNKNOWN_KEY', 'cannot use "rotat": logrotate has no such word'],
    [
      { include: '/etc' },
      'ERR_CONFIG_UNKNOWN_KEY',
      'cannot use "include" here: it belongs into a configuration file of logrotate',
    ],
    [{ rotate: 'many' }, 'ERR_CONFIG_TYPE', 'cannot use "rotate": bad rotation count \'many\''],
    [{ rotate: true }, 'ERR_CONFIG_TYPE', 'cannot use "rotate": expected a string or a number, received true'],
    [{ compress: 'yes' }, 'ERR_CONFIG_TYPE', 'cannot use "compress": expected true or false, received "yes"'],
    [{ postrotate: 3 }, 'ERR_CONFIG_TYPE', 'cannot use "postrotate": expected the text of a script, received 3'],
    [{ su: 'nobody-here' }, 'ERR_CONFIG_UNKNOWN_USER', 'cannot use "su": unknown user \'nobody-here\''],
    [{ mail: 'a\nb' }, 'ERR_CONFIG_TYPE', 'cannot use "mail": a value is one line'],
    [{ size: { k: 1 } }, 'ERR_CONFIG_TYPE', 'cannot use "size": expected a string or a number, received {"k":1}'],
    [{ constructor: true }, 'ERR_CONFIG_UNKNOWN_KEY', 'cannot use "constructor": logrotate has no such word'],
  ])('%j is an issue', (table, code, message) => {
    const { issues } = parseTable(table, { accounts, path: ['services', 0, 'logrotate'] });
    expect(issues).toMatchObject([{ code, message, path: ['services', 0, 'logrotate', Object.keys(table)[0]] }]);
  });
});
