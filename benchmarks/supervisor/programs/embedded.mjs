// Our core as a library, without the command line and its control socket.
//
//   node embedded.mjs CONFIG CORE      CONFIG as for floor.mjs, CORE the path of @tappet/core's built index.js
import { readFileSync } from 'node:fs';

const [config, core] = process.argv.slice(2);
const { createSupervisor } = await import(core);
const { services, directory } = JSON.parse(readFileSync(config, 'utf8'));

const supervisor = createSupervisor({
  project: 'bench',
  directory,
  services: services.map(({ name, command: [command, ...args], log }) => ({
    name,
    command,
    args,
    restart: { policy: 'always', delay: 0, max_attempts: 0 },
    ...(log === null ? {} : { log_file: log }),
  })),
});
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => supervisor.requestStop(signal));
await supervisor.start();
process.exitCode = (await supervisor.ended).exitCode;
