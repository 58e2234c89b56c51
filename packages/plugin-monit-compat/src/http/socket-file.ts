import { chmodSync, chownSync, lstatSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import type { HttpdSetting } from '../language/settings.ts';

type SocketSetting = NonNullable<HttpdSetting['socket']>;

/** Makes way for a socket: one that nobody listens on is removed. Rejects when somebody does, as a monit that still runs. */
export async function clearSocket({ path }: SocketSetting): Promise<void> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return;
  if (await answers(path)) throw new Error(`cannot listen on ${path}: another program does`);
  unlinkSync(path);
}

/** Gives a new socket to whom the file says, by default to us alone. */
export function protectSocket({ path, mode = 0o600, uid, gid }: SocketSetting): void {
  chmodSync(path, mode);
  if (uid !== undefined || gid !== undefined)
    chownSync(path, uid ?? process.getuid?.() ?? 0, gid ?? process.getgid?.() ?? 0);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
