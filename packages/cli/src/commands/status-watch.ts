import type { SupervisorStatus } from '@tappet/core';
import { type ControlClient, ControlError } from '@tappet/plugin-control/client';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';

/** So often uptimes are brought up to date when nothing happens. */
const REFRESH_MS = 1000;
/** Events come in bursts; one picture is enough for each. */
const GATHER_MS = 50;

const CLEAR = '\u001B[H\u001B[2J\u001B[3J';

/** Shows the status again at every change until the supervisor goes down; on a terminal every second too. */
export async function watch(
  client: ControlClient,
  { io, render }: { io: Io; render: (status: SupervisorStatus) => string },
): Promise<number> {
  const screen = new Screen(client, { io, render });
  try {
    for await (const event of client.events({ follow: true })) {
      if (event.type === 'snapshot') screen.show(event.status);
      else screen.plan(GATHER_MS);
    }
  } catch (error) {
    // A supervisor that ends may cut the stream off.
    if (!(error instanceof ControlError) || !screen.hasShown) throw error;
  } finally {
    await screen.close();
  }
  io.err('the supervisor has ended\n');
  return EXIT.fine;
}

class Screen {
  readonly #client: ControlClient;
  readonly #io: Io;
  readonly #render: (status: SupervisorStatus) => string;
  #last: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #dueMs = Infinity;
  #refreshing: Promise<void> | undefined;
  #isClosed = false;

  constructor(client: ControlClient, { io, render }: { io: Io; render: (status: SupervisorStatus) => string }) {
    this.#client = client;
    this.#io = io;
    this.#render = render;
  }

  get hasShown(): boolean {
    return this.#last !== undefined;
  }

  show(status: SupervisorStatus): void {
    const picture = this.#render(status);
    if (picture !== this.#last) this.#io.out(this.#io.isTerminal ? `${CLEAR}${picture}` : picture);
    this.#last = picture;
    if (this.#io.isTerminal) this.plan(REFRESH_MS);
  }

  plan(delayMs: number): void {
    const dueMs = performance.now() + delayMs;
    // Never put off: a stream of events without a pause must not leave the picture as it is.
    if (this.#isClosed || dueMs >= this.#dueMs) return;
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => {
      this.#dueMs = Infinity;
      // A supervisor that is gone ends the event stream, and that is where it is told.
      this.#refreshing = this.#refresh().catch(() => undefined);
    }, delayMs);
  }

  async #refresh(): Promise<void> {
    const status = await this.#client.status();
    if (!this.#isClosed) this.show(status);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#refreshing;
  }
}
