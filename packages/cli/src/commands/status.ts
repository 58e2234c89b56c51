import type { ServiceStatus, SupervisorStatus } from '@tappet/core';
import type { Invocation } from '../command-line/definition.ts';
import { EXIT } from '../exit-codes.ts';
import { connectToDaemon } from '../find-daemon.ts';
import { paint } from '../output/color.ts';
import { statusTable } from '../output/status-table.ts';

/** `tappet status [NAME...]` */
export async function run(invocation: Invocation): Promise<number> {
  const { args, options, io } = invocation;
  const client = await connectToDaemon(options, io);
  if (options['watch'] === true) {
    const { watch } = await import('./status-watch.ts');
    return watch(client, { io, render: (status) => render(status, invocation) });
  }
  const status = await client.status();
  // The supervisor knows the nearest name, and says so in its refusal.
  for (const name of args) if (named(name, status.services).length === 0) await client.service(name);
  io.out(render(status, invocation));
  return EXIT.fine;
}

function render(status: SupervisorStatus, { args, options, io }: Invocation): string {
  const services = args.length === 0 ? status.services : args.flatMap((name) => named(name, status.services));
  if (options['json'] === true) return `${JSON.stringify({ ...status, services })}\n`;
  return statusTable(status, { services, header: io.isTerminal, paint: paint(io.hasColors) });
}

/** The service of this name, or all instances that share it. */
function named(name: string, services: readonly ServiceStatus[]): readonly ServiceStatus[] {
  return services.filter((service) => service.name === name || service.name.startsWith(`${name}@`));
}
