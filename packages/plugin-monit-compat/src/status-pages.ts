import type { Logger } from '@tappet/core';
import type { PageSource } from './http/answer.ts';
import { PageServer } from './http/server.ts';
import type { HttpdSetting } from './language/settings.ts';
import { reportServices } from './report/service-report.ts';
import type { Session } from './session.ts';

export interface StatusPagesInput {
  readonly session: Session;
  readonly log: Logger;
  /** Keeps a server over generations of the plugin, under its settings. */
  carry(key: string, create: () => PageServer, close: (server: PageServer) => Promise<void>): PageServer;
}

/** Opens the pages that `set httpd` asks for. Those of the last generation stay open when nothing has changed for them. */
export async function openStatusPages(httpd: HttpdSetting, { session, log, carry }: StatusPagesInput): Promise<void> {
  if (httpd.allow.length === 0) log.warn('"set httpd" has no "allow": nobody gets in');
  const key = `httpd:${JSON.stringify({ ...httpd, at: undefined })}`;
  const server = carry(
    key,
    () => new PageServer(httpd, log),
    (carried) => carried.close(),
  );
  await server.listen();
  server.source ??= pageSource(session);
}

function pageSource(session: Session): PageSource {
  return {
    token: session.token,
    server: () => session.server(),
    reports: () => (session.watch === undefined ? [] : reportServices(session.watch)),
    full: session.full,
    events: () => session.events,
    act: (action, service) =>
      void session.watch?.order(action, service, { actor: 'user', reason: `the status page asked for ${action}` }),
  };
}
