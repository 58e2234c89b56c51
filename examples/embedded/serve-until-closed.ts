import { once } from 'node:events';
import type { Server } from 'node:http';

/** Listens on a free port, and resolves when the server was closed. Rejects when it cannot listen. */
export async function serveUntilClosed(server: Server, name: string): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  console.log(`${name} listens on ${typeof address === 'object' ? address?.port : address}`);
  await once(server, 'close');
  console.log(`${name} is closed`);
}
