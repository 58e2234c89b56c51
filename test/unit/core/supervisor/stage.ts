import {
  createSupervisor,
  type Intent,
  type IntentResult,
  type Plugin,
  type ServiceInput,
  type Supervisor,
  type SupervisorEvent,
} from '@tappet/core';
import {
  type FakeProcesses,
  fakeProcesses,
  type FakeProcessesOptions,
  virtualClock,
  type VirtualClock,
} from '@tappet/core/testing';

/** A supervisor on a virtual clock with fake processes, and everything it said. */
export interface Stage {
  readonly clock: VirtualClock;
  readonly processes: FakeProcesses;
  readonly supervisor: Supervisor;
  readonly events: readonly SupervisorEvent[];
  /** Submits an intent and lets everything happen that takes no time. */
  ask(service: string, intent: Intent): Promise<IntentResult>;
  /** State of a service now. */
  state(service: string): string | undefined;
  /** Every state a service went through, oldest first. */
  path(service: string): readonly string[];
  /** Texts of all notes. */
  notes(): readonly string[];
}

export interface StageOptions extends Omit<FakeProcessesOptions, 'clock'> {
  readonly plugins?: readonly Plugin[];
  readonly only?: readonly string[];
}

/** Makes and starts a supervisor of these services. */
export async function stage(services: readonly ServiceInput[], options: StageOptions = {}): Promise<Stage> {
  const clock = virtualClock();
  const { plugins = [], only, ...rest } = options;
  const processes = fakeProcesses({ clock, ...rest });
  const supervisor = createSupervisor({
    services,
    plugins,
    clock,
    processes,
    environment: {},
    ...(only === undefined ? {} : { only }),
  });
  const events: SupervisorEvent[] = [];
  supervisor.subscribe((event) => events.push(event));
  await supervisor.start();
  await clock.settle();
  return {
    clock,
    processes,
    supervisor,
    events,
    ask: async (service, intent) => {
      const result = supervisor.submit(service, intent);
      await clock.advance(0);
      return result;
    },
    state: (service) => supervisor.service(service)?.state,
    path: (service) =>
      events.flatMap((event) => (event.type === 'state' && event.service === service ? [event.to] : [])),
    notes: () => events.flatMap((event) => (event.type === 'note' ? [event.message] : [])),
  };
}

/** An intent of a user. */
export function byUser(action: 'start' | 'stop' | 'restart'): { action: typeof action; actor: 'user'; reason: string } {
  return { action, actor: 'user', reason: `tappet ${action}` };
}
