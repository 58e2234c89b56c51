import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatDateSuffix,
  parseDateSuffix,
  stampTime,
} from '../../../../packages/plugin-logrotate/src/decide/date-suffix.ts';
import {
  copyPath,
  datedIn,
  expiredDated,
  logNames,
  numbersIn,
} from '../../../../packages/plugin-logrotate/src/decide/old-logs.ts';
import { DEFAULT_RULES, type RotationRules } from '../../../../packages/plugin-logrotate/src/language/rules.ts';

const named = (rules: Partial<RotationRules>, suffix = '.1'): string => {
  const names = logNames('/var/log/app.log', { ...DEFAULT_RULES, ...rules });
  return copyPath(names, suffix) + names.compressed;
};

describe('the name of a copy', () => {
  it.each([
    ['/var/log/app.log.1', {}],
    ['/var/log/app.log.1.gz', { compress: true }],
    ['/var/log/app.log.1', { compressExt: '.xz' }],
    ['/var/log/app.1.log', { extension: '.log' }],
    ['/var/log/app.log.1', { extension: '.txt' }],
    ['/var/log/app.1.log.gz', { extension: '.log', compress: true }],
    ['/var/log/app.log.1.old', { addExtension: '.old' }],
    ['/var/log/app.1.log', { addExtension: '.log' }],
    ['/var/log/old/app.log.1', { oldDir: 'old' }],
    ['/srv/old/app.log.1', { oldDir: '/srv/old' }],
  ] as const)('%s', (expected, rules) => {
    expect(named(rules)).toBe(expected);
  });
});

describe('a dated ending', () => {
  const AT = new Date(2026, 0, 4, 5, 6, 7).getTime();
  it.each([
    ['-%Y%m%d', '-20260104'],
    ['.%Y-%m-%d_%H.%M.%S', '.2026-01-04_05.06.07'],
    ['-%s', `-${AT / 1000}`],
    ['-%G-W%V-%u', '-2026-W01-7'],
    ['-%y%j-%U-%W-%w', '-26004-01-00-0'],
    ['-%q%%Y', '-%q%2026'],
    ['-%', '-%'],
  ])('%s', (format, expected) => {
    expect(formatDateSuffix(format, AT)).toBe(expected);
  });

  it('is read back to the moment it was made from, as far as it names it', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(2002, 0, 1), max: new Date(2090, 0, 1), noInvalidDate: true }), (date) => {
        date.setMilliseconds(0);
        for (const format of ['-%s', '-%Y%m%d-%H%M%S']) {
          const read = parseDateSuffix(format, formatDateSuffix(format, date.getTime())) ?? 0;
          // An hour that a change of clocks has twice is ambiguous.
          expect(Math.abs(read - date.getTime()) % 3600_000).toBe(0);
        }
      }),
    );
  });

  it('has to fit its format completely', () => {
    for (const text of ['-2026010', '-202601040', 'x20260104', '-2026010a', '']) {
      expect(parseDateSuffix('-%Y%m%d', text)).toBeUndefined();
    }
  });

  it('can name yesterday or an hour ago', () => {
    const rules = { ...DEFAULT_RULES, dateYesterday: true };
    expect(formatDateSuffix('%Y%m%d', stampTime(rules, AT))).toBe('20260103');
    expect(formatDateSuffix('%H', stampTime({ ...DEFAULT_RULES, dateHourAgo: true }, AT))).toBe('04');
  });
});

describe('finding copies', () => {
  const rules = { ...DEFAULT_RULES, compress: true };
  const names = logNames('/var/log/app.log', rules);

  it('takes only whole numbers with the ending', () => {
    const listing = [
      'app.log.1.gz',
      'app.log.12.gz',
      'app.log.2',
      'app.log.x.gz',
      'app.log..gz',
      'app.log.1.2.gz',
      'other.log.9.gz',
    ];
    expect(numbersIn(names, listing)).toEqual([1, 12]);
  });

  it('orders dated copies by their date, not by their name', () => {
    const listing = ['app.log-31122025', 'app.log-01012026', 'app.log-15062025', 'app.log-1', 'app.log'];
    const dated = datedIn({ names, rules: { ...rules, dateFormat: '-%d%m%Y' }, listing, tail: '' });
    expect(dated.map(({ path }) => path.slice(-9))).toEqual(['-15062025', '-31122025', '-01012026']);
  });

  it.each([
    [1, ['a', 'b', 'c']],
    [2, ['a', 'b']],
    [3, ['a']],
    [4, []],
    [0, ['a', 'b', 'c']],
    [-1, []],
  ])('with rotate %i these of three go: %j', (rotate, expected) => {
    const dated = ['a', 'b', 'c'].map((path, dateMs) => ({ path, dateMs }));
    expect(expiredDated(dated, { rotate, isOverAge: () => false }).map(({ path }) => path)).toEqual(expected);
  });

  it('lets age remove more than the number does', () => {
    const dated = ['a', 'b', 'c'].map((path, dateMs) => ({ path, dateMs }));
    const gone = expiredDated(dated, { rotate: -1, isOverAge: (path) => path === 'b' });
    expect(gone.map(({ path }) => path)).toEqual(['b']);
  });
});
