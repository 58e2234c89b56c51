import type { SupervisorStatus } from '@tappet/core';
import type { ControlClient } from '@tappet/plugin-control/client';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';

/** So often uptimes are brought up to date when nothing happens. */
const REFRESH_MS = 1000;
/** Events come in bursts; one picture is enough for each. */
const GATHER_MS = 50;

const CLEAR = '\u001B[H\u001B[2J\u001B[3J';

/** Shows the status again at every change until the supervisor goes down. Every second too on a terminal. */
export async function watch(
  client: ControlClient,
  { io, render }: { io: Io; render: (status: SupervisorStatus) => string },
): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  let showing: Promise<void> | undefined;
  let last = '';

  async function show(): Promise<void> {
    const picture = render(await client.status());
    if (picture !== last) io.out(io.isTerminal ? `${CLEAR}${picture}` : picture);
    last = picture;
    if (io.isTerminal) plan(REFRESH_MS);
  }
  function plan(delayMs: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      // A supervisor that is gone ends the event stream below; that is where it is told.
      showing = show().catch(() => undefined);
    }, delayMs);
  }

  try {
    await show();
    for await (const event of client.events({ follow: true })) if (event.type !== 'snapshot') plan(GATHER_MS);
  } finally {
    clearTimeout(timer);
    await showing;
    clearTimeout(timer);
  }
  io.err('the supervisor has ended\n');
  return EXIT.fine;
}
