import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Order } from '../harness/contender.ts';

/**
 * A scan directory as runit, s6 and daemontools want it: a folder for each service with a run script, and one with the logger's
 * below it where output is asked for. Returns the path of the directory.
 */
export function writeScanDirectory(
  { services, folder }: Order,
  { logger, options = 0o755 }: { logger: (folder: string) => string; options?: number },
): string {
  const directory = join(folder, 'sv');
  for (const { name, command, log } of services) {
    const service = join(directory, name);
    mkdirSync(service, { recursive: true });
    writeScript(join(service, 'run'), `exec ${command.join(' ')} 2>&1`);
    if (log === null) continue;
    mkdirSync(join(service, 'log'));
    mkdirSync(log);
    writeScript(join(service, 'log/run'), `exec ${logger(log)}`);
    chmodSync(service, options);
  }
  return directory;
}

function writeScript(path: string, line: string): void {
  writeFileSync(path, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
}
