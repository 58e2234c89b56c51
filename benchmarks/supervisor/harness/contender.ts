/** A service as every contender is to run it. */
export interface ServiceOrder {
  readonly name: string;
  readonly command: readonly string[];
  /** File for its output; null: nobody asked for it. */
  readonly log: string | null;
}

/** One set of services for one contender. */
export interface Order {
  readonly services: readonly ServiceOrder[];
  /** A private, empty folder. */
  readonly folder: string;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/** How a contender is worked with, once its files are written. */
export interface Plan {
  /** What brings everything up. */
  readonly launch: Command;
  /** What brings everything down: a signal to what was launched, or a command. */
  readonly stop: NodeJS.Signals | Command;
  /** It leaves something outside its folder unless it is stopped in order. */
  readonly mustStop?: boolean;
  /** What a user types to see the state of all services. */
  readonly status?: Command;
  /** Unix socket on which the status can be had, while the services are killed. */
  readonly statusSocket?: () => string;
  /** Path of the status there, when the socket speaks HTTP; else it sends the status and hangs up. */
  readonly statusPath?: string;
}

/** A process supervisor that takes part. */
export interface Contender {
  readonly name: string;
  /** What holds it back by design, as a note for the tables. */
  readonly note?: string;
  /** Why it cannot take part here, undefined when it can. */
  missing(): string | undefined;
  /** Writes its files. */
  prepare(order: Order): Plan;
}
