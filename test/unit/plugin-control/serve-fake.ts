import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../packages/core/src/clock.ts';
import { silentLogger } from '../../../packages/core/src/log.ts';
import { type ControlClient, connect } from '@tappet/plugin-control/client';
import { EventHistory } from '../../../packages/plugin-control/src/routes/event-history.ts';
import { createRoutes } from '../../../packages/plugin-control/src/routes/table.ts';
import { CONTROL_LIMITS, type ControlLimits } from '../../../packages/plugin-control/src/server/limits.ts';
import { ControlServer } from '../../../packages/plugin-control/src/server/server.ts';
import { type FakeService, type FakeSupervisor, fakeSupervisor } from './fake-supervisor.ts';

/** A control server over a fake supervisor, on a real socket. */
export interface ServedFake extends AsyncDisposable {
  readonly supervisor: FakeSupervisor;
  readonly client: ControlClient;
  readonly socket: string;
}

/** Starts one; disposing it leaves nothing behind. */
export async function serveFake(
  services?: readonly FakeService[],
  limits: Partial<ControlLimits> = {},
): Promise<ServedFake> {
  const directory = mkdtempSync(join(tmpdir(), 'tappet-control-'));
  const socket = join(directory, 'control.sock');
  const supervisor = fakeSupervisor(services);
  supervisor.directory = directory;
  const history = new EventHistory();
  const unsubscribe = supervisor.subscribe((event) => history.add(event));
  const server = new ControlServer({
    clock: systemClock,
    log: silentLogger,
    limits: { ...CONTROL_LIMITS, ...limits },
  });
  const handler = createRoutes(supervisor, history);
  await server.serve(socket, handler);
  return {
    supervisor,
    socket,
    client: connect({ socket }),
    async [Symbol.asyncDispose]() {
      unsubscribe();
      await server.release(handler);
      rmSync(directory, { recursive: true });
    },
  };
}
