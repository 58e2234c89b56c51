import type { Rule, Test } from '../language/ast.ts';
import { compilePattern } from '../language/pattern.ts';
import { compare } from './compare.ts';
import { judgeFilesystem } from './judge-filesystem.ts';
import { judgeNetwork } from './judge-network.ts';
import type { Verdict } from './rule-state.ts';
import type { Facts, Sample } from './sample.ts';
import { formatBytes, formatQuantity, formatSeconds } from './units.ts';

export interface Judgement {
  /** Undefined: nothing to judge by; the rule gets no sample. */
  readonly verdict: Verdict | undefined;
  readonly detail: string;
  /** What the rule has to remember for the next look. */
  readonly baseline?: string | undefined;
}

export interface JudgeInput {
  readonly rule: Rule;
  readonly index: number;
  readonly sample: Sample;
  /** What the rule remembered at the last look. */
  readonly baseline: string | undefined;
  readonly ignoredContent: readonly { readonly negated: boolean; readonly pattern: string }[];
  readonly wallMs: number;
}

export const NO_VERDICT: Judgement = { verdict: undefined, detail: '' };

/** Holds one sample against one rule. Pure: what must be remembered comes back as the baseline. */
export function judge(input: JudgeInput): Judgement {
  const { rule, sample } = input;
  if (rule.notEnforced !== undefined) return NO_VERDICT;
  const { test } = rule;
  if (test.kind === 'exist') return judgeExist(test, sample);
  if (test.kind === 'connection' || test.kind === 'ping') return judgeProbe(input);
  return judgeFacts(input, test, sample.facts);
}

function judgeExist(test: Extract<Test, { kind: 'exist' }>, sample: Sample): Judgement {
  const isMissing = sample.presence === 'missing';
  const isBad = test.wanted === 'missing' ? isMissing : !isMissing;
  return { verdict: isBad ? 'bad' : 'good', detail: isMissing ? (sample.reason ?? 'does not exist') : 'exists' };
}

function judgeProbe({ rule, index, sample }: JudgeInput): Judgement {
  const answer = sample.probes?.get(index);
  if (answer === undefined) return NO_VERDICT;
  const isBad = rule.sense === 'failed' ? !answer.ok : answer.ok;
  return { verdict: isBad ? 'bad' : 'good', detail: answer.detail };
}

function judgeFacts(input: JudgeInput, test: Test, facts: Facts): Judgement {
  switch (test.kind) {
    case 'resource':
      return judgeResource(test, facts);
    case 'changed':
      return judgeChanged(test, input.baseline, input.sample);
    case 'owner':
      return judgeEqual(`${test.who} is`, facts[test.who], test.id);
    case 'permission':
      return judgeEqual('permission is', facts.mode, test.mode, (mode) => mode.toString(8).padStart(4, '0'));
    case 'uptime':
      return judgeLimit('uptime', facts.uptimeSeconds, test.operator, test.seconds, formatSeconds);
    case 'timestamp': {
      const time = facts.times?.[test.which];
      const age = time === undefined ? undefined : Math.floor(input.wallMs / 1000 - time);
      return judgeLimit(`${test.which} age`, age, test.operator, test.seconds, formatSeconds);
    }
    case 'checksum':
      return judgeChecksum(test, facts, input.baseline);
    case 'size':
      return judgeLimit('size', facts.sizeBytes, test.operator, test.bytes, formatBytes);
    case 'hardlink':
      return judgeLimit('hard links', facts.hardlinks, test.operator, test.count, String);
    case 'content':
      return judgeContent(test, facts, input.ignoredContent);
    case 'status':
      return judgeLimit('exit status', facts.status, test.operator, test.value, String);
    case 'space':
    case 'inode':
    case 'io':
    case 'serviceTime':
      return judgeFilesystem(test, facts);
    case 'link':
    case 'saturation':
    case 'transfer':
      return judgeNetwork(test, facts);
    case 'security':
    case 'exist':
    case 'connection':
    case 'ping':
      break;
  }
  return NO_VERDICT;
}

/** A figure against a limit: bad when the comparison holds. */
export function judgeLimit(
  what: string,
  value: number | undefined,
  operator: Parameters<typeof compare>[1],
  limit: number,
  format: (value: number) => string,
): Judgement {
  if (value === undefined) return NO_VERDICT;
  const isBad = compare(value, operator, limit);
  return {
    verdict: isBad ? 'bad' : 'good',
    detail: `${what} of ${format(value)} ${isBad ? 'matches' : 'is clear of'} the limit ${operator} ${format(limit)}`,
  };
}

function judgeResource(test: Extract<Test, { kind: 'resource' }>, facts: Facts): Judgement {
  const figures =
    test.unit === 'percent'
      ? (facts.shares?.[test.metric] ?? (PERCENT_ONLY.test(test.metric) ? facts.resources?.[test.metric] : undefined))
      : facts.resources?.[test.metric];
  const value = figures === undefined ? undefined : test.perCore ? figures / Math.max(1, facts.cores ?? 1) : figures;
  return judgeLimit(test.metric, value, test.operator, test.limit, (figure) => formatQuantity(figure, test.unit));
}

const PERCENT_ONLY = /^(?:cpu|totalCpu)/;

function judgeEqual(
  what: string,
  value: number | undefined,
  wanted: number | undefined,
  format: (value: number) => string = String,
): Judgement {
  if (value === undefined || wanted === undefined) return NO_VERDICT;
  return {
    verdict: value === wanted ? 'good' : 'bad',
    detail: `${what} ${format(value)}${value === wanted ? '' : `, expected ${format(wanted)}`}`,
  };
}

function judgeChanged(
  test: Extract<Test, { kind: 'changed' }>,
  baseline: string | undefined,
  sample: Sample,
): Judgement {
  const value = changeableValue(test, sample.facts);
  if (value === undefined) return { ...NO_VERDICT, baseline };
  if (baseline === undefined) return { ...NO_VERDICT, baseline: value };
  const isSame = baseline === value;
  return {
    verdict: isSame ? 'unchanged' : 'changed',
    detail: isSame ? `${test.subject} not changed` : `${test.subject} changed from ${baseline} to ${value}`,
    baseline: value,
  };
}

function changeableValue(test: Extract<Test, { kind: 'changed' }>, facts: Facts): string | undefined {
  switch (test.subject) {
    case 'pid':
      return text(facts.identity?.pid);
    case 'ppid':
      return text(facts.ppid);
    case 'checksum':
      return checksumOf(facts, test.algorithm ?? 'auto');
    case 'content':
      return checksumOf(facts, 'auto');
    case 'permission':
      return facts.mode?.toString(8);
    case 'size':
      return text(facts.sizeBytes);
    case 'hardlink':
      return text(facts.hardlinks);
    case 'fsflags':
      return facts.flags;
    case 'status':
      return text(facts.status);
    case 'link':
      return facts.link === undefined
        ? undefined
        : `${facts.link.speed ?? 'unknown speed'} ${facts.link.duplex ?? ''}`.trim();
    case 'timestamp':
    case 'atime':
    case 'ctime':
    case 'mtime':
      break;
  }
  return text(facts.times?.[test.subject]);
}

function judgeChecksum(
  test: Extract<Test, { kind: 'checksum' }>,
  facts: Facts,
  baseline: string | undefined,
): Judgement {
  const value = checksumOf(facts, test.algorithm);
  if (value === undefined) return { ...NO_VERDICT, baseline };
  const expected = test.expected ?? baseline;
  if (expected === undefined) return { ...NO_VERDICT, baseline: value };
  const isSame = expected === value;
  return {
    verdict: isSame ? 'good' : 'bad',
    detail: isSame ? 'checksum is valid' : `checksum is ${value}, expected ${expected}`,
    baseline: test.expected === undefined ? expected : undefined,
  };
}

function checksumOf(facts: Facts, algorithm: string): string | undefined {
  const sums = facts.checksums;
  return algorithm === 'sha1' ? sums?.sha1 : algorithm === 'sha256' ? sums?.sha256 : sums?.md5;
}

function judgeContent(
  test: Extract<Test, { kind: 'content' }>,
  facts: Facts,
  ignored: JudgeInput['ignoredContent'],
): Judgement {
  if (facts.lines === undefined) return NO_VERDICT;
  const hit = facts.lines.find((line) => !ignored.some((pattern) => matches(pattern, line)) && matches(test, line));
  if (hit === undefined) return { verdict: 'unchanged', detail: 'no new content matches' };
  return {
    verdict: 'changed',
    detail: `content ${test.negated ? 'does not match' : 'matches'} "${test.pattern}": ${hit.slice(0, 200)}`,
  };
}

const patterns = new Map<string, RegExp | undefined>();

function matches({ negated, pattern }: { readonly negated: boolean; readonly pattern: string }, line: string): boolean {
  if (!patterns.has(pattern)) {
    const result = compilePattern(pattern);
    // The parser has checked the pattern; one that comes from a file of patterns may still be bad and then matches nothing.
    if (patterns.size > 10_000) patterns.clear();
    patterns.set(pattern, result.ok ? result.pattern : undefined);
  }
  const compiled = patterns.get(pattern);
  return compiled !== undefined && compiled.test(line) !== negated;
}

function text(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
