/**
 * A small supervisor for the tests of adoption: takes the store, adopts or starts its services, tells each deed as a line of
 * JSON on stdout, and can be killed at any time. Its only argument is a {@link DriverOptions} as JSON.
 */
import { createInterface } from 'node:readline';
import {
  closeInheritedDescriptors,
  createProcessLayer,
  fileSink,
  openStore,
  type RunningProcess,
  silentLogger,
  type SpawnRequest,
  systemClock,
} from '@tappet/core';

export interface DriverOptions {
  readonly directory: string;
  readonly projectId: string;
  readonly cgroups: boolean;
  /** False: writes no state files, as if it had been killed between the fork and the bookkeeping. */
  readonly bookkeeping: boolean;
  readonly services: readonly {
    readonly name: string;
    readonly argv: readonly string[];
    readonly log?: string;
    readonly durable?: boolean;
    readonly pidFile?: string;
  }[];
}

export type DriverEvent =
  | { readonly event: 'up'; readonly service: string; readonly pid: number; readonly adopted: boolean }
  | {
      readonly event: 'exit';
      readonly service: string;
      readonly code?: number;
      readonly signal?: string;
      readonly ms: number;
    }
  | { readonly event: 'ready'; readonly closed: readonly number[]; readonly notes: readonly string[] }
  | { readonly event: 'error'; readonly code: string; readonly message: string };

function tell(event: DriverEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

async function main(options: DriverOptions): Promise<void> {
  const closed = closeInheritedDescriptors();
  const { directory, cgroups, bookkeeping, services } = options;
  const context = { log: silentLogger, clock: systemClock };
  const store = await openStore({ directory, project: 'driver', log: silentLogger });
  const layer = await createProcessLayer({ directory, projectId: options.projectId, cgroups, ...context });
  await layer.prepare(services.map(({ name }) => ({ name, output: 'merged', user: undefined })));
  const known = new Map(store.readServices().map((record) => [record.service, record]));

  const start = async (service: DriverOptions['services'][number]): Promise<void> => {
    const { name, argv, log, durable = false, pidFile } = service;
    if (log !== undefined) {
      await layer.channel(name).setSinks((_stream, resume) => fileSink({ path: log, resume, ...context }));
    }
    const [command = '', ...args] = argv;
    const record = known.get(name);
    const request: SpawnRequest = {
      service: name,
      generation: record?.generation ?? `g${process.pid}`,
      notifyFd: undefined,
      durable,
      forkingPidFile: pidFile,
      spec: {
        command,
        args,
        env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
        cwd: '/',
        user: undefined,
        group: undefined,
        umask: 0o22,
        output: 'merged',
      },
    };
    const running = (await layer.adopt(request, record)) ?? (await layer.spawn(request));
    await running.forked;
    if (bookkeeping) write(name, running);
    tell({ event: 'up', service: name, pid: running.identity.pid, adopted: running.adopted });
    void running.exited.then(({ code, signal }) =>
      tell({
        event: 'exit',
        service: name,
        ...(code === undefined ? {} : { code }),
        ...(signal === undefined ? {} : { signal }),
        ms: performance.timeOrigin + performance.now(),
      }),
    );
  };

  const write = (service: string, running: RunningProcess): void =>
    store.writeService({
      version: 1,
      service,
      state: 'RUNNING',
      specHash: '',
      generation: running.generation,
      process: running.identity,
      ready: true,
      completed: false,
      restarts: 0,
      starts: 1,
      failures: 0,
      consecutiveFailures: 0,
      gaveUp: false,
      held: false,
      lastExit: undefined,
      reason: undefined,
    });

  await Promise.all(services.map(start));
  store.flush();
  tell({ event: 'ready', closed, notes: layer.notes() });
  for await (const line of createInterface({ input: process.stdin })) {
    if (line !== 'stop') continue;
    await Promise.all(services.map(({ name }) => layer.sweepService(name, 5000)));
    break;
  }
  await layer.close();
  store.close({ clean: true });
  process.exit(0);
}

try {
  await main(JSON.parse(process.argv[2] ?? '') as DriverOptions);
} catch (error) {
  const { code = 'unknown', message } = error as { code?: string; message: string };
  tell({ event: 'error', code, message });
  process.exit(1);
}
