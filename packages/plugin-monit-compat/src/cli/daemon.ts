import { resolve } from 'node:path';
import type { ServiceAction } from '../engine/action.ts';
import { oneLine } from '../report/one-line.ts';
import { type MonitClient, type MonitCommandContext, takeApart, UsageProblem, type Words } from './context.ts';

const PLUGIN = 'monit-compat';
const CHOICE = ['socket', 'config', 'project', 'g', 'group'];

/** `status` and `summary`. */
export async function status(
  context: MonitCommandContext,
  verb: 'status' | 'summary',
  words: readonly string[],
): Promise<number> {
  const parts = takeApart(words, { flags: ['json'], values: CHOICE });
  return ask(context, parts, async (client) => {
    const answer = await client.call(PLUGIN, verb, target(parts));
    if (parts.flags.has('json')) context.io.out(`${JSON.stringify(field(answer, 'services'))}\n`);
    else context.io.out(textOf(answer));
    return 0;
  });
}

/** `report [TYPE]`. */
export async function report(context: MonitCommandContext, words: readonly string[]): Promise<number> {
  const parts = takeApart(words, { flags: [], values: CHOICE });
  const [type] = parts.names;
  return ask(context, parts, async (client) => {
    const chosen = { ...target({ ...parts, names: [] }), ...(type === undefined ? {} : { type }) };
    context.io.out(textOf(await client.call(PLUGIN, 'report', chosen)));
    return 0;
  });
}

/** `validate`. */
export async function validate(context: MonitCommandContext, words: readonly string[]): Promise<number> {
  const parts = takeApart(words, { flags: [], values: CHOICE });
  return ask(context, parts, async (client) => {
    await client.call(PLUGIN, 'validate');
    return 0;
  });
}

/** `start`, `stop`, `restart`, `monitor` and `unmonitor`. */
export async function act(
  context: MonitCommandContext,
  action: ServiceAction,
  words: readonly string[],
): Promise<number> {
  const parts = takeApart(words, { flags: [], values: CHOICE });
  if (parts.names.length === 0 && group(parts) === undefined) throw new UsageProblem('name a service, or all');
  return ask(context, parts, async (client) => {
    const results = field(await client.call(PLUGIN, 'act', { action, ...target(parts) }), 'results');
    let isFine = true;
    for (const result of Array.isArray(results) ? results : []) {
      const ok = field(result, 'ok') === true;
      isFine &&= ok;
      const message = word(result, 'message');
      const line = `${word(result, 'service')}: ${ok ? action : `cannot ${action}`}${message === '' ? '' : `: ${oneLine(message)}`}\n`;
      if (ok) context.io.out(line);
      else context.io.err(line);
    }
    return isFine ? 0 : 1;
  });
}

async function ask(
  { connect, io, file }: MonitCommandContext,
  { values }: Words,
  work: (client: MonitClient) => Promise<number>,
): Promise<number> {
  const [socket, config, project] = ['socket', 'config', 'project'].map((key) => values.get(key));
  const client = await connect({ socket, config, project });
  try {
    if (file !== undefined) await compareFile(client, file, io);
    return await work(client);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Which method was called is nobody's business here.
    io.err(`tappet monit: ${message.replace(/^cannot call "[^"]*": /, '')}\n`);
    return 1;
  }
}

/** The supervisor is not found by its control file: who names another one than it reads is told so. */
async function compareFile(client: MonitClient, file: string, io: MonitCommandContext['io']): Promise<void> {
  const read = word(await client.call(PLUGIN, 'file'), 'controlFile');
  const named = resolve(io.cwd, file);
  if (read !== named)
    io.err(`-c ${named} chooses nothing: the supervisor reads ${read === '' ? 'no control file' : read}\n`);
}

function target(parts: Words): { names?: readonly string[]; group?: string } {
  const chosen = group(parts);
  return chosen === undefined ? { names: parts.names } : { group: chosen };
}

function group({ values }: Words): string | undefined {
  return values.get('g') ?? values.get('group');
}

function textOf(answer: unknown): string {
  const text = field(answer, 'text');
  return typeof text === 'string' ? text : '';
}

function word(value: unknown, key: string): string {
  const found = field(value, key);
  return typeof found === 'string' ? found : '';
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, key)?.value : undefined;
}
