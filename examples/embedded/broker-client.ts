import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** A producer that is connected to every partition of a topic before it is of use. */
export class BrokerClient {
  readonly #path: string;
  #socket: Socket | undefined;
  #connected = 0;
  #partitions = Infinity;

  constructor(path: string) {
    this.#path = path;
  }

  async connectProducer(signal: AbortSignal): Promise<void> {
    const socket = connect(this.#path);
    this.#socket = socket;
    await once(socket, 'connect', { signal });
    createInterface({ input: socket }).on('line', (line) => {
      const [word, number] = line.split(' ');
      if (word === 'partitions') this.#partitions = Number(number);
      if (word === 'connected') this.#connected++;
      if (word === 'flushed') console.log(`broker client: ${number} messages flushed`);
    });
  }

  checkFullyConnected(): boolean {
    console.log(`broker client: ${this.#connected} of ${this.#partitions} partitions`);
    return this.#connected === this.#partitions;
  }

  publish(message: string): void {
    this.#socket?.write(`publish ${JSON.stringify(message)}\n`);
  }

  async flushAndDisconnect(): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined) return;
    socket.write('flush\n');
    socket.end();
    await once(socket, 'close');
    console.log('broker client: disconnected');
  }
}
