import type { ProbeIo } from '../definition.ts';
import type { ProbeFinding } from '../result.ts';
import { withDaysLeft } from './certificate.ts';
import { connect, type Target } from './connect.ts';
import { Dialogue } from './dialogue.ts';

/** What a talk is held with. */
export interface Partner extends Omit<Target, 'onRead'> {
  /** The talk begins without TLS and asks for it itself, by {@link Dialogue.secure}. */
  readonly isPlainFirst?: boolean | undefined;
}

/** Connects, talks, and leaves nothing open however the talk ends. */
export async function converse(
  { isPlainFirst, ...target }: Partner,
  io: ProbeIo,
  talk: (dialogue: Dialogue) => Promise<ProbeFinding>,
): Promise<ProbeFinding> {
  const begins = (isPlainFirst ?? target.tls?.starttls) === true ? { address: target.address } : target;
  const dialogue = new Dialogue(await connect(begins, io), { address: target.address, io });
  try {
    const finding = await talk(dialogue);
    return withDaysLeft(finding, dialogue.connection.daysLeft);
  } finally {
    dialogue.connection.socket.destroy();
  }
}
