import type { ServiceView } from '@tappet/core';
import { listLog } from '../logs/list-log.ts';
import type { StoredLog, StoredLogs } from '../logs/stored-log.ts';
import type { Capture, LogrotateContext } from './capture.ts';
import { logPath } from './log-places.ts';
import type { ServiceOptions } from './service-options.ts';

/**
 * Offers to the control API:
 *
 * - `files`: every log of every service with its old ones, and the budget
 * - `rotate { service? }`: rotates the logs of a service, or all, and answers once that is done, compression included
 */
export function exposeMethods(context: LogrotateContext, { logs, directory, optionsOf }: Capture): void {
  const { expose, supervisor, config, describe } = context;
  const placesOf = (service: ServiceView): Pick<StoredLog, 'service' | 'stream' | 'path'>[] =>
    placesFor(service, optionsOf(service), directory);

  expose('files', (): StoredLogs => {
    const all = supervisor
      .services()
      .flatMap((service) => placesOf(service).map((place) => listLog(place, optionsOf(service).rules)));
    return { logs: all, budget: config.budget ?? null };
  });
  expose('rotate', async ({ service }) => {
    const services = supervisor
      .services()
      .filter(({ name, spec }) => service === undefined || name === service || spec.instance?.of === service);
    if (services.length === 0) throw new Error(`there is no service "${String(service)}"`);
    const paths = new Set(services.flatMap(placesOf).map(({ path }) => path));
    const files = logs.files.filter(({ path }) => paths.has(path));
    const before = new Map(files.map((file) => [file, file.rotations]));
    for (const file of files) file.rotate();
    await logs.idle();
    return { rotated: files.filter((file) => file.rotations > (before.get(file) ?? 0)).map(({ path }) => path) };
  });
  describe((service) => {
    const places = placesOf(service);
    return places.length === 0 ? undefined : { files: places.map(({ path }) => path) };
  });
}

function placesFor(
  service: ServiceView,
  options: ServiceOptions,
  directory: string,
): Pick<StoredLog, 'service' | 'stream' | 'path'>[] {
  const streams = options.stderr === undefined ? (['output'] as const) : (['stdout', 'stderr'] as const);
  return streams.flatMap((stream) => {
    const path = logPath(service, { stream, options, directory });
    return path === undefined ? [] : [{ service: service.name, stream, path }];
  });
}
