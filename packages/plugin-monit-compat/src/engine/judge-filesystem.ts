import type { Test } from '../language/ast.ts';
import { judgeLimit, NO_VERDICT, type Judgement } from './judge.ts';
import type { Facts } from './sample.ts';
import { formatQuantity } from './units.ts';

type FilesystemTest = Extract<Test, { kind: 'space' | 'inode' | 'io' | 'serviceTime' }>;

/** The tests that only a filesystem has. */
export function judgeFilesystem(test: FilesystemTest, facts: Facts): Judgement {
  if (test.kind === 'io') {
    const value =
      facts.io?.[
        test.direction === 'read'
          ? test.unit === 'bytesPerSecond'
            ? 'readBytes'
            : 'reads'
          : test.unit === 'bytesPerSecond'
            ? 'writeBytes'
            : 'writes'
      ];
    return judgeLimit(`${test.direction} rate`, value, test.operator, test.limit, (figure) =>
      formatQuantity(figure, test.unit),
    );
  }
  if (test.kind === 'serviceTime')
    return judgeLimit('service time', facts.io?.serviceTimeMs, test.operator, test.ms, (ms) => `${ms} ms`);
  const usage = test.kind === 'space' ? facts.space : facts.inodes;
  if (usage === undefined) return NO_VERDICT;
  const value =
    test.unit === 'percent' ? (test.free ? usage.freePercent : usage.usedPercent) : test.free ? usage.free : usage.used;
  return judgeLimit(`${test.kind} ${test.free ? 'free' : 'usage'}`, value, test.operator, test.limit, (figure) =>
    formatQuantity(figure, test.unit),
  );
}
