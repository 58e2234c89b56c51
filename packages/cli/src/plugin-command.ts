import type { ControlClient } from '@tappet/plugin-control/client';
import type { Which } from './find-daemon.ts';
import type { Io } from './io.ts';

/** A command that a plugin adds to `tappet`: what the array exported as `commands` by its `./cli` entry holds. */
export interface CliCommand {
  /** The verb: `tappet <name>`. A verb of tappet itself wins. */
  readonly name: string;
  /** One line in `tappet --help`. */
  readonly summary: string;
  /** Carries it out; resolves with the exit code. */
  run(context: CliCommandContext): Promise<number>;
}

/** What a plugin's command gets. */
export interface CliCommandContext {
  /** The words after the verb, as typed, `--help` among them. */
  readonly args: readonly string[];
  readonly io: Io;
  /** A client of the supervisor that the words mean, found as for every other command. Takes `--socket`, `--config` and `--project`. */
  connect(which?: Which): Promise<ControlClient>;
  /** Folder that the configuration was found in, else the current one. */
  readonly directory: string;
}
