import { createServer, type Server } from 'node:http';
import { serveUntilClosed } from './serve-until-closed.ts';

/** The server that the platform asks whether traffic may come. */
export class HttpManagementServer {
  #isReady = false;
  readonly #server: Server = createServer((request, response) => {
    if (request.url === '/ready') response.writeHead(this.#isReady ? 200 : 503).end(`${this.#isReady}\n`);
    else response.writeHead(404).end();
  });

  setReadyForTraffic(isReady: boolean): void {
    this.#isReady = isReady;
    console.log(`ready for traffic: ${isReady}`);
  }

  /** Resolves when the server was shut down. */
  serve(): Promise<void> {
    return serveUntilClosed(this.#server, 'http:mgmt');
  }

  shutdown(): void {
    this.#server.close();
  }
}
