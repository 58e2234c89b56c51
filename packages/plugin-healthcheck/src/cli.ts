import { parseArgs } from 'node:util';
import { TappetError } from '@tappet/core/runtime';
import type { HealthResult } from './plugin/methods.ts';
import { healthText } from './plugin/health-text.ts';

/** The part of a control client that the command uses. */
interface Client {
  call(plugin: string, method: string, params?: object): Promise<unknown>;
}

/** What the command line gives a command of a plugin. */
interface CommandContext {
  readonly args: readonly string[];
  readonly io: { out(text: string): void; readonly cwd: string };
  connect(which?: {
    socket?: string | undefined;
    config?: string | undefined;
    project?: string | undefined;
  }): Promise<Client>;
}

/** A command that `tappet` finds in this entry. */
interface Command {
  readonly name: string;
  readonly summary: string;
  run(context: CommandContext): Promise<number>;
}

const HELP = `Usage: tappet health [NAME] [options]

Tells whether services are healthy: exit code 0 when they are, 1 when one is not.

Options:
  --refresh        try the probes now instead of showing their last results
  --json           the report as JSON, with the history of each check
  --socket PATH    the supervisor behind this control socket
  --config FILE    the supervisor of this configuration
  --project NAME   the supervisor of this project
  --help           this text
`;

/** `tappet health` */
export const commands: readonly Command[] = [
  {
    name: 'health',
    summary: 'tell whether services are healthy, for people and for Docker',
    async run({ args, io, connect }) {
      const { name, options } = read(args);
      if (options.help === true) {
        io.out(HELP);
        return 0;
      }
      const client = await connect({ socket: options.socket, config: options.config, project: options.project });
      const params = { ...(name === undefined ? {} : { service: name }), refresh: options.refresh === true };
      // The plugin on the other side is of this package, so its answers have this type.
      const result = (await client.call('healthcheck', 'health', params)) as HealthResult;
      if ('unknown' in result) {
        throw new TappetError(`there is no service "${result.unknown}"`, {
          code: 'ERR_SERVICE_UNKNOWN',
          hint: result.hint ?? undefined,
        });
      }
      io.out(options.json === true ? `${JSON.stringify(result)}\n` : healthText(result));
      return result.live && result.ready ? 0 : 1;
    },
  },
];

const OPTIONS = {
  refresh: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  socket: { type: 'string' },
  config: { type: 'string', short: 'c' },
  project: { type: 'string' },
} as const;

type Options = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>['values'];

function read(args: readonly string[]): { name: string | undefined; options: Options } {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    if (positionals.length > 1) throw new TypeError(`expected one service at most, received ${positionals.join(' ')}`);
    return { name: positionals[0], options: values };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TappetError(`cannot run health: ${reason}`, { code: 'ERR_USAGE', hint: 'see "tappet health --help"' });
  }
}
