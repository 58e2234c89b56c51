import type { ServiceStatus, SupervisorStatus } from '@tappet/core';
import { ControlError } from '@tappet/plugin-control/client';
import type { Invocation } from '../command-line/definition.ts';
import { EXIT } from '../exit-codes.ts';
import { connectToDaemon } from '../find-daemon.ts';
import { paint } from '../output/color.ts';
import { statusTable } from '../output/status-table.ts';

/** `tappet status [NAME...]` */
export async function run(invocation: Invocation): Promise<number> {
  const { options, io } = invocation;
  const client = await connectToDaemon(options, io);
  if (options['watch'] === true) {
    const { watch } = await import('./status-watch.ts');
    return watch(client, { io, render: (status) => render(status, invocation) });
  }
  io.out(render(await client.status(), invocation));
  return EXIT.fine;
}

function render(status: SupervisorStatus, { args, options, io }: Invocation): string {
  const services = args.length === 0 ? status.services : args.flatMap((name) => named(name, status.services));
  if (options['json'] === true) return `${JSON.stringify({ ...status, services })}\n`;
  return statusTable(status, { services, header: io.isTerminal, paint: paint(io.hasColors) });
}

/** The service of this name, or all instances that share it. */
function named(name: string, services: readonly ServiceStatus[]): readonly ServiceStatus[] {
  const found = services.filter((service) => service.name === name || service.name.startsWith(`${name}@`));
  if (found.length > 0) return found;
  throw unknownService(
    name,
    services.map((service) => service.name),
  );
}

function unknownService(name: string, known: readonly string[]): ControlError {
  return new ControlError(`cannot find service "${name}": no service has this name`, {
    code: 'ERR_SERVICE_UNKNOWN',
    hint: known.length === 0 ? undefined : `known: ${known.join(', ')}`,
  });
}
