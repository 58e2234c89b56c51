import { setTimeout as sleep } from 'node:timers/promises';
import { createSupervisor, exponentialBackoff } from '@tappet/core';
import { BrokerClient } from './broker-client.ts';
import { HttpManagementServer } from './http-management-server.ts';
import { HttpPublicServer } from './http-public-server.ts';

/** How long the program runs: a real one goes on until a signal comes. */
const RUN_MS = Number(process.env['RUN_MS'] ?? 1000);
/** How long traffic routers may take to notice that it is not ready any more. */
const DRAIN_MS = Number(process.env['DRAIN_MS'] ?? 300);
const BROKER_SOCKET = `/tmp/tappet-example-broker-${process.pid}.sock`;

// The broker is a process; everything launched below is a part of this program. They share one dependency graph.
const supervisor = createSupervisor({
  services: [
    {
      name: 'broker',
      command: process.execPath,
      args: [`${import.meta.dirname}/broker.ts`, BROKER_SOCKET],
      ready_log: 'broker listens',
    },
  ],
});

const mgmtServer = new HttpManagementServer(); // for the platform: GET /ready
await supervisor.launch('http:mgmt', {
  run: () => mgmtServer.serve(),
  shutdown: () => mgmtServer.shutdown(),
});

// There is no checkReady, so the launch above returned as soon as serve() was called.
//
// GET /ready lets traffic routers know whether this program accepts traffic. It says no until
// mgmtServer.setReadyForTraffic(true).

const brokerClient = new BrokerClient(BROKER_SOCKET);
await supervisor.launch(
  'broker-client',
  {
    start: (signal) => brokerClient.connectProducer(signal),
    stop: () => brokerClient.flushAndDisconnect(),
  },
  {
    dependsOn: ['http:mgmt', 'broker'],
    checkReady: () => brokerClient.checkFullyConnected(),
    maxAttempts: 50,
    backoff: exponentialBackoff({ minMs: 20, maxMs: 500, jitter: 0.1 }),
    timeouts: { startMs: 5000, stopMs: 5000 },
  },
);

// checkReady means that nothing below is launched before the client is connected to every partition.

const pubServer = new HttpPublicServer(brokerClient); // for clients: POST /messages
await supervisor.launch('http:client', {
  run: () => pubServer.serve(),
  shutdown: () => pubServer.shutdown(),
});

await supervisor.launch('mark-ready', {
  start: () => mgmtServer.setReadyForTraffic(true),
  stop: async () => {
    mgmtServer.setReadyForTraffic(false);
    await sleep(DRAIN_MS); // the public server goes on until the routers know
  },
});

// A stop can be asked for at any time. Signals are this program's business: the supervisor touches none.
const timer = setTimeout(() => supervisor.requestStop('it has run long enough'), RUN_MS);
process.once('SIGTERM', () => supervisor.requestStop('received SIGTERM'));

// Blocks until everything has shut down, and throws the first error that happened.
try {
  const { reason } = await supervisor.wait();
  console.log(`ended: ${reason}`);
} catch (error) {
  console.log('ended with an error:', error);
  process.exitCode = 1;
}
clearTimeout(timer);
