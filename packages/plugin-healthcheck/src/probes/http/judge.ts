import { withDaysLeft } from '../net/certificate.ts';
import { compilePattern } from '../pattern/pattern.ts';
import { ProbeFailure, type ProbeFinding } from '../result.ts';
import type { BodyMatch, HttpDescription, JsonScalar } from './description.ts';
import { parseJsonPath, valueAt } from './json-path.ts';
import { acceptsStatus, formatStatus } from './status.ts';

/** An answer as far as it was read. */
export interface HttpAnswer {
  readonly status: number;
  readonly location: string | undefined;
  /** The first 64 KiB at most. */
  readonly body: Buffer;
  readonly isWhole: boolean;
  /** Days left of the server's certificate, where the TLS options ask for some. */
  readonly daysLeft?: number | undefined;
}

/** Compares an answer with what is expected. Throws a `ProbeFailure` at the first thing that is not as it should be. */
export function judgeAnswer(answer: HttpAnswer, expected: HttpDescription): ProbeFinding {
  const { status, location } = answer;
  const detail = { status };
  if (!acceptsStatus(expected.status, status)) {
    const target = location === undefined ? '' : ` to ${location.slice(0, 200)}`;
    throw new ProbeFailure(`status ${status}${target}, expected ${formatStatus(expected.status)}`, detail);
  }
  if (expected.body !== undefined) judgeBody(answer.body.toString('utf8'), expected.body, answer);
  if (expected.json !== undefined) judgeJson(answer, expected.json);
  return withDaysLeft({ message: `status ${status}`, detail }, answer.daysLeft);
}

function judgeBody(text: string, expected: BodyMatch, { isWhole, status }: HttpAnswer): void {
  const fail = (why: string): never => {
    throw new ProbeFailure(
      `${why}: the body is ${JSON.stringify(text.slice(0, 80))}${text.length > 80 || !isWhole ? '…' : ''}`,
      { status },
    );
  };
  const { contains, lacks, equals, matches } = expected;
  if (contains !== undefined && !text.includes(contains)) fail(`the body does not contain ${JSON.stringify(contains)}`);
  if (lacks !== undefined && text.includes(lacks)) fail(`the body contains ${JSON.stringify(lacks)}`);
  if (equals !== undefined && (!isWhole || text !== equals)) fail(`the body is not ${JSON.stringify(equals)}`);
  if (matches !== undefined && !compilePattern(matches).test(text))
    fail(`the body does not match ${JSON.stringify(matches)}`);
}

function judgeJson({ body, isWhole, status }: HttpAnswer, expected: Readonly<Record<string, JsonScalar>>): void {
  if (!isWhole) throw new ProbeFailure('the body is longer than 64 KiB, too long to be read as JSON', { status });
  const document = parseJson(body, status);
  for (const [path, value] of Object.entries(expected)) {
    const found = valueAt(document, parseJsonPath(path) ?? []);
    if (found === value) continue;
    const shown = found === undefined ? 'is missing' : `is ${JSON.stringify(found).slice(0, 80)}`;
    throw new ProbeFailure(`JSON ${path} ${shown}, expected ${JSON.stringify(value)}`, { status });
  }
}

function parseJson(body: Buffer, status: number): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new ProbeFailure('the body is not JSON', { status });
  }
}
