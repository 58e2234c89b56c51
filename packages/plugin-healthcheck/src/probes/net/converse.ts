import type { ProbeIo } from '../definition.ts';
import type { ProbeFinding } from '../result.ts';
import { connect, type Target } from './connect.ts';
import { Dialogue } from './dialogue.ts';

/** Connects, talks, and leaves nothing open however the talk ends. */
export async function converse(
  target: Target,
  io: ProbeIo,
  talk: (dialogue: Dialogue) => Promise<ProbeFinding>,
): Promise<ProbeFinding> {
  const socket = await connect(target, io);
  try {
    return await talk(new Dialogue(socket, io));
  } finally {
    socket.destroy();
  }
}
