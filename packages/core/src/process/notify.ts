import { existsSync } from 'node:fs';
import type { Channels } from './channels.ts';
import { createLineSplitter } from './line-splitter.ts';

/** The readiness lines of one generation. */
export interface Notifications {
  /** Resolves at the first line. */
  readonly first: Promise<void>;
  onLine: (line: string) => void;
  readonly close: () => void;
}

/** Reads the notify pipe of a service. Undefined when there is none (an adopted process may have been started without). */
export function readNotifications(service: string, channels: Channels): Notifications | undefined {
  const path = channels.notifyPath(service);
  if (!existsSync(path)) return undefined;
  const first = Promise.withResolvers<void>();
  const notifications = {
    first: first.promise,
    onLine: (_line: string): void => {},
    close: (): void => reader.close(),
  };
  const split = createLineSplitter((line) => {
    first.resolve();
    notifications.onLine(line);
  });
  const reader = channels.openReader({
    path,
    onChunk(chunk) {
      split(chunk);
      return true;
    },
    onEnd() {},
  });
  return notifications;
}
