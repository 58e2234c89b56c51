import { type ChildProcess, spawn } from 'node:child_process';
import { childProgram } from '../child-programs.ts';
import type { SwitchUser } from '../language/rules.ts';
import { FileProblem, type LogFiles } from './log-files.ts';

/** The methods that go over to the other process. */
export type RemoteMethod = Exclude<keyof LogFiles, 'close'>;

/** One call, and its answer with the same number. */
export interface RemoteCall {
  readonly id: number;
  readonly method: RemoteMethod;
  readonly args: readonly unknown[];
}

/** What comes back for a {@link RemoteCall}. */
export type RemoteAnswer =
  { readonly id: number; readonly value?: unknown } | { readonly id: number; readonly problem: string };

/**
 * {@link LogFiles} in the name of another user: a child process that has given up everything else does the work, so this
 * process never changes its own ids. The child starts with the first call and ends with `close`.
 */
export function remoteFiles({ uid, gid }: SwitchUser): LogFiles {
  let agent: Agent | undefined;
  const call = async (method: RemoteMethod, ...args: readonly unknown[]): Promise<never> => {
    agent ??= startAgent({ uid, gid });
    return (await agent.call(method, args)) as never;
  };
  return {
    facts: (path) => call('facts', path),
    list: (directory) => call('list', directory),
    rename: (from, to) => call('rename', from, to),
    create: (path, ownership) => call('create', path, ownership),
    copy: (copying) => call('copy', copying),
    copyTruncate: (copying) => call('copyTruncate', copying),
    truncate: (path) => call('truncate', path),
    compress: (compression) => call('compress', compression),
    interrupted: (path, target) => call('interrupted', path, target),
    remove: (removal) => call('remove', removal),
    mail: (mailing) => call('mail', mailing),
    async close() {
      const ending = agent?.close();
      agent = undefined;
      await ending;
    },
  };
}

interface Agent {
  call(method: RemoteMethod, args: readonly unknown[]): Promise<unknown>;
  close(): Promise<void>;
}

function startAgent({ uid, gid }: { uid: number; gid: number }): Agent {
  const child = spawn(process.execPath, [childProgram('execute/su-agent')], {
    uid,
    gid,
    cwd: '/',
    env: withoutNodeOptions(process.env),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  let end: FileProblem | undefined;
  child.on('message', (message) => {
    const answer = message as RemoteAnswer;
    const entry = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('problem' in answer) entry?.reject(new FileProblem(answer.problem));
    else entry?.resolve(answer.value);
  });
  const gone = hasEnded(child).then((reason) => {
    end = new FileProblem(`cannot work as uid ${uid} and gid ${gid}: ${reason}`);
    for (const { reject } of waiting.values()) reject(end);
    waiting.clear();
  });
  return {
    call: (method, args) =>
      new Promise((resolve, reject) => {
        if (end !== undefined) return reject(end);
        const id = ++lastId;
        waiting.set(id, { resolve, reject });
        child.send({ id, method, args } satisfies RemoteCall, () => {});
      }),
    async close() {
      if (child.connected) child.disconnect();
      await gone;
    },
  };
}

function hasEnded(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => resolve(`its process ended (${signal ?? `exit code ${code}`})`));
  });
}

function withoutNodeOptions(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('NODE_')));
}
