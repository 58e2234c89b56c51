import { createHash } from 'node:crypto';
import type { ConnectionTest } from '../language/ast.ts';
import { compare } from '../engine/compare.ts';
import { compilePattern } from '../language/pattern.ts';
import type { HttpBody } from './exchange.ts';
import { acceptedStatus, isAccepted } from './http-status.ts';

/** True when the test cannot be judged without the body of the answer. */
export function needsBody({ content, http, apacheLimits, protocol }: ConnectionTest): boolean {
  return content.length > 0 || http.checksum !== undefined || apacheLimits.length > 0 || protocol === 'apache-status';
}

/** What is wrong with an answer, undefined when nothing is. */
export function judgeBody(test: ConnectionTest, { status, body }: HttpBody): string | undefined {
  if (!isAccepted(acceptedStatus(test.http), status)) return `status ${status}`;
  const { checksum } = test.http;
  if (checksum !== undefined) {
    const found = createHash(checksum.length === 32 ? 'md5' : checksum.length === 40 ? 'sha1' : 'sha256')
      .update(body)
      .digest('hex');
    if (found !== checksum.toLowerCase()) return `the checksum of the body is ${found}`;
  }
  const text = body.toString('utf8');
  for (const { negated, pattern } of test.content) {
    const compiled = compilePattern(pattern);
    const isFound = compiled.ok && compiled.pattern.test(text);
    if (isFound === negated)
      return `the body ${negated ? 'matches' : 'does not match'} ${JSON.stringify(pattern.slice(0, 80))}`;
  }
  return test.protocol === 'apache-status' ? judgeScoreboard(test.apacheLimits, text) : undefined;
}

/** Letters of Apache's scoreboard (https://httpd.apache.org/docs/2.4/mod/mod_status.html). */
const LETTERS: Readonly<Record<string, string>> = {
  loglimit: 'L',
  closelimit: 'C',
  dnslimit: 'D',
  keepalivelimit: 'K',
  replylimit: 'W',
  requestlimit: 'R',
  startlimit: 'S',
  waitlimit: '_',
  gracefullimit: 'G',
  cleanuplimit: 'I',
};

function judgeScoreboard(limits: ConnectionTest['apacheLimits'], text: string): string | undefined {
  const board = /^Scoreboard: (\S+)/m.exec(text)?.[1];
  if (board === undefined) return 'the answer holds no scoreboard';
  for (const { name, operator, percent } of limits) {
    const count = board.split(LETTERS[name] ?? ' ').length - 1;
    const share = (count / board.length) * 100;
    if (compare(share, operator, percent)) return `${name} is at ${share.toFixed(1)}%`;
  }
  return undefined;
}
