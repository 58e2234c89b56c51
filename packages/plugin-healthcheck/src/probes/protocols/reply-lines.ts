import { type Dialogue, quote } from '../net/dialogue.ts';
import { ProbeFailure } from '../result.ts';

/** A reply of SMTP or FTP: its code and the text of its first line. */
export interface Reply {
  readonly code: number;
  readonly text: string;
}

/** Reads one reply, which may have several lines: "250-…", …, "250 …". */
export async function readReply(dialogue: Dialogue, what: string): Promise<Reply> {
  const first = await dialogue.line(what);
  const [, code, sign, text = ''] = /^(\d{3})([ -]?)(.*)$/.exec(first) ?? [];
  if (code === undefined) throw new ProbeFailure(`the server answers ${quote(first)} where ${what} was expected`);
  let isLast = sign !== '-';
  while (!isLast) isLast = new RegExp(`^${code}(?: |$)`).test(await dialogue.line(what));
  return { code: Number(code), text };
}

/** Reads one reply and fails when its code is another than the expected one. */
export async function expectReply(dialogue: Dialogue, { code, what }: { code: number; what: string }): Promise<Reply> {
  const reply = await readReply(dialogue, what);
  if (reply.code === code) return reply;
  throw new ProbeFailure(`${what} is ${reply.code} ${reply.text.slice(0, 100)}`.trimEnd(), {
    code: reply.code,
  });
}
