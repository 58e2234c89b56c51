import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { defineProbe, type ProbeContext, type ProbeDefinition, type ProcessIdentity } from './definition.ts';
import { table, text, whole } from './options/table.ts';
import { ProbeFailure } from './result.ts';

/** The options of `process`: a pid file, a pid with the start time that makes it unique, or the service's own process. */
export interface ProcessDescription {
  readonly pid_file?: string | undefined;
  readonly pid?: number | undefined;
  /** Start time in clock ticks since boot; with it a reused pid is not mistaken for the process. */
  readonly start_ticks?: number | undefined;
}

/** A process that is alive: not ended, not a zombie, and the same as before. */
export const process: ProbeDefinition<'process', ProcessDescription> = defineProbe({
  name: 'process',
  short: 'pid_file',
  options: v.pipe(
    v.unknown(),
    v.transform((value) => (isServiceItself(value) ? {} : value)),
    table({ pid_file: v.optional(text), pid: v.optional(whole(1)), start_ticks: v.optional(whole(0)) }),
  ),
  describe: ({ pid_file: pidFile, pid }) => `process ${pidFile ?? pid ?? 'of the service'}`,
  async attempt(description, { context }) {
    const { pid, startTicks } = await identify(description, context);
    const now = await readProcess(pid);
    if (now === undefined) throw new ProbeFailure(`there is no process ${pid}`);
    if (now.state === 'Z' || now.state === 'X')
      throw new ProbeFailure(`process ${pid} has ended and is not reaped`, { pid });
    if (startTicks !== undefined && startTicks !== now.startTicks)
      throw new ProbeFailure(`pid ${pid} is another process by now`, { pid });
    return { message: `process ${pid} is alive`, detail: { pid, startTicks: now.startTicks } };
  },
});

/** State letter and start time of a process from `/proc`, or undefined when there is none. */
export async function readProcess(pid: number): Promise<{ state: string; startTicks: number } | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  // The command's name stands in parentheses and may itself hold any character.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields?.[0], fields?.[19]];
  return state === undefined || startTicks === undefined ? undefined : { state, startTicks: Number(startTicks) };
}

function isServiceItself(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'pid_file' in value && value.pid_file === true;
}

async function identify(
  { pid_file: pidFile, pid, start_ticks: startTicks }: ProcessDescription,
  context: ProbeContext,
): Promise<ProcessIdentity> {
  if (pid !== undefined) return { pid, startTicks };
  if (pidFile !== undefined) return { pid: await readPidFile(pidFile) };
  if (context.process === undefined) throw new ProbeFailure('the service has no process');
  return context.process;
}

async function readPidFile(path: string): Promise<number> {
  const content = await readFile(path, 'latin1').catch((error: NodeJS.ErrnoException) => {
    throw new ProbeFailure(
      `cannot read the pid file ${path}: ${error.code === 'ENOENT' ? 'it does not exist' : error.message}`,
    );
  });
  const pid = /^\s*(\d{1,10})\s*(?:\n|$)/.exec(content)?.[1];
  if (pid === undefined || Number(pid) < 1) throw new ProbeFailure(`the pid file ${path} holds no pid`);
  return Number(pid);
}
