import { runMonit } from './run.ts';
import type { MonitCommandContext } from './context.ts';

/** The commands that this plugin adds to `tappet`. */
export const commands: readonly {
  readonly name: string;
  readonly summary: string;
  run(context: MonitCommandContext): Promise<number>;
}[] = [{ name: 'monit', summary: 'check, explain and operate rules in the monit language', run: runMonit }];
