import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { type Logger, silentLogger } from '../log.ts';
import type { Plan } from '../plan/plan.ts';
import type { ProcessLayer } from '../process/contract.ts';
import type { Store } from '../store/contract.ts';
import type { SupervisorOptions } from './options.ts';

/** What a supervisor holds of the machine it runs on. */
export interface Machine {
  readonly layer: ProcessLayer;
  /** Undefined when nothing is to survive the supervisor. */
  readonly store: Store | undefined;
}

/** Takes the runtime directory and its lock, and opens the process layer on it. Loads neither where a test brings its own. */
export async function openMachine(
  options: Pick<SupervisorOptions, 'directory' | 'processes' | 'log'> & { plan: Plan; clock: Clock },
): Promise<Machine> {
  const { plan, clock, log = silentLogger, processes } = options;
  const directory = typeof options.directory === 'function' ? options.directory(plan.project) : options.directory;
  const store = directory === undefined || directory === null ? undefined : await openDurable(directory, { plan, log });
  if (processes !== undefined) return { layer: processes, store };
  const { createProcessLayer } = await import('../process/index.ts');
  if (store !== undefined) {
    const layer = await createProcessLayer({
      directory: store.directory,
      projectId: projectId(store.directory),
      log,
      clock,
    });
    return { layer, store };
  }
  const temporary = mkdtempSync(join(tmpdir(), 'tappet-'));
  const layer = await createProcessLayer({ directory: temporary, projectId: projectId(temporary), log, clock });
  const close = layer.close.bind(layer);
  layer.close = async () => {
    await close();
    rmSync(temporary, { recursive: true, force: true });
  };
  return { layer, store: undefined };
}

async function openDurable(directory: string, { plan, log }: { plan: Plan; log: Logger }): Promise<Store> {
  const { openStore } = await import('../store/index.ts');
  return openStore({ directory, project: plan.project, log });
}

/** Tells the processes of one runtime directory from those of any other on the machine. */
function projectId(directory: string): string {
  return createHash('sha256').update(directory).digest('hex').slice(0, 12);
}
