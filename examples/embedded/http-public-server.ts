import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import type { BrokerClient } from './broker-client.ts';
import { serveUntilClosed } from './serve-until-closed.ts';

/** The server that clients talk to: what they post goes to the broker. */
export class HttpPublicServer {
  readonly #server: Server;

  constructor(broker: BrokerClient) {
    this.#server = createServer((request, response) => {
      void text(request).then((body) => {
        broker.publish(body);
        response.writeHead(202).end('accepted\n');
      });
    });
  }

  /** Resolves when the server was shut down and its last request was answered. */
  serve(): Promise<void> {
    return serveUntilClosed(this.#server, 'http:client');
  }

  shutdown(): void {
    this.#server.close();
  }
}
