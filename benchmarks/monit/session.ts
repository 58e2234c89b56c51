import { silentLogger, systemClock } from '@tappet/core';
import { loadMonitText, markFast, Session } from '@tappet/plugin-monit-compat/library';

/** A session that watches what the text of a control file says, in cycles that somebody asks for. */
export async function openSession(text: string, { isFast = false }: { isFast?: boolean } = {}): Promise<Session> {
  const { configuration, accepted, issues } = loadMonitText(text);
  if (!accepted) throw new Error(issues.map(({ message }) => message).join('; '));
  const session = new Session({ clock: systemClock });
  const refused = { outcome: 'refused', message: 'a benchmark' } as const;
  await session.adopt(
    {
      configuration: markFast(configuration, isFast),
      own: new Map(),
      pollMs: 3_600_000,
      fastMs: 3_600_000,
      isRehearsal: false,
      host: 'localhost',
      webhook: undefined,
      statePath: undefined,
      queueFolder: undefined,
      controlFile: '',
    },
    {
      supervisor: { service: () => undefined, serviceStatus: () => undefined, submit: async () => refused },
      log: silentLogger,
      emit: () => undefined,
    },
  );
  return session;
}
