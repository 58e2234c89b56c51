import { silentLogger, systemClock } from '@tappet/core';
import { type MonitConfiguration, Session } from '@tappet/plugin-monit-compat/library';

/** A session on the real machine and the real clock that watches without a supervisor. */
export async function realSession(configuration: MonitConfiguration, { pollMs }: { pollMs: number }): Promise<Session> {
  const session = new Session({ clock: systemClock });
  await session.adopt(
    {
      configuration,
      own: new Map(),
      pollMs,
      fastMs: 1000,
      isRehearsal: false,
      host: 'h',
      webhook: undefined,
      statePath: undefined,
      queueFolder: undefined,
      controlFile: '',
    },
    {
      supervisor: {
        service: () => undefined,
        serviceStatus: () => undefined,
        submit: async () => ({ outcome: 'refused', message: '' }),
      },
      log: silentLogger,
      emit: () => undefined,
    },
  );
  return session;
}
