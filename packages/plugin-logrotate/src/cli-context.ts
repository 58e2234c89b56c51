/** The part of a control client that the commands use. */
interface Client {
  call(plugin: string, method: string, params?: object): Promise<unknown>;
}

/** What the command line gives a command of a plugin. */
export interface CommandContext {
  readonly args: readonly string[];
  readonly io: {
    out(text: string | Uint8Array): void;
    err(text: string): void;
    /** What is said goes to a terminal, which must not be steered by it. */
    readonly isTerminal: boolean;
    readonly hasColors: boolean;
  };
  connect(which?: {
    socket?: string | undefined;
    config?: string | undefined;
    project?: string | undefined;
  }): Promise<Client>;
}

/** A command that `tappet` finds in the `./cli` entry. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  run(context: CommandContext): Promise<number>;
}
